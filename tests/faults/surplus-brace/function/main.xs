function main {
  input {
  }
  stack {
    var $total { value = 0 } }
  }
  response = $total
}

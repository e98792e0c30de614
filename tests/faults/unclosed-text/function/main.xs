function main {
  input {
  }
  stack {
    var $a { value = "never closed }
    var $b { value = 1 }
  }
  response = null
}

function main {
  input {
  }
  stack {
    var $name { value = "café" }
  }
  response = $name
}

function main {
  input {
  }
  stack {
    function.run "main" as $again
  }
  response = null
}

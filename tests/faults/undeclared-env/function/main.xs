function main {
  input {
  }
  stack {
    var $key { value = $env.XSRUN_TEST_KEY }
  }
  response = $key
}

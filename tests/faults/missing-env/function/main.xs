function main {
  input {
  }
  stack {
    var $url { value = "https://" ~ $env.XSRUN_TEST_HOST }
    var $key { value = $env.XSRUN_TEST_KEY }
  }
  response = [$url, $key]
}

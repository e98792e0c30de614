query "fail" verb=GET {
  api_group = "counter"
  stack {
    precondition (false) {
      error_type = "notfound"
      error = "No such thing"
      payload = {a: 1}
    }
  }
}

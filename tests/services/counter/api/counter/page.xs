query "page" verb=GET {
  api_group = "counter"
  stack {
    util.set_header { value = "Content-Type: text/html" }
  }
  response = "<h1>Hi</h1>"
}

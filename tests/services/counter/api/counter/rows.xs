query "rows" verb=GET {
  api_group = "counter"
  input {
    int n?=3
  }
  response_type = "stream"
  stack {
    for ($input.n) {
      each as $i {
        api.stream { value = {row: $i} }
      }
    }
  }
}

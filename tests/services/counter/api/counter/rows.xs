query "rows" verb=GET {
  api_group = "counter"
  input {
    int n?=3
    text file?
  }
  response_type = "stream"
  stack {
    for ($input.n) {
      each as $i {
        api.stream {
          value = {row: $i}
          filename = $input.file
        }
      }
    }
  }
}

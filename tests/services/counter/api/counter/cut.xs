// Sends a row with a variable in it, and fails.
query cut verb=GET {
  api_group = "counter"
  input {
  }
  stack {
    util.set_header { value = "X-Word: " ~ $env.greeting }
    api.stream {
      value = {row: 1, word: $env.greeting}
    }
    throw {
      name = "Cut"
      value = "short"
    }
  }
  response_type = "stream"
}

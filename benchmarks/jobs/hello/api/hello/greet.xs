// The least that a query can do.
query "greet" verb=GET {
  api_group = "hello"
  input {
    text name?="world"
  }
  stack {
  }
  response = {message: "Hello, " ~ $input.name}
}

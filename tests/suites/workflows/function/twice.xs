function twice {
  input {
    int of
  }
  stack {
  }
  response = $input.of * 2
}

function helper {
  input {
  }
  stack {

  }
  response = null
}

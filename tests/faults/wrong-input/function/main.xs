function main {
  input {
    int count
  }
  stack {

  }
  response = null
}

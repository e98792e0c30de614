function main {
  input {
  }
  stack {

  }
  response = null
}

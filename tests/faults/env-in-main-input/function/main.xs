function main {
  input {
    text key?
    timestamp at?
  }
  stack {

  }
  response = null
}

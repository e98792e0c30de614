function main {
  input {
    text name
  }
  stack {

  }
  response = null
}

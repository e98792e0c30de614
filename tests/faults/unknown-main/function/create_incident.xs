function create_incident {
  input {
  }
  stack {

  }
  response = null
}

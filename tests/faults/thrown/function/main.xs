function main {
  input {
  }
  stack {
    throw {
      name = "PagingFailed"
      value = {incident: 7, reason: "no schedule"}
    }
  }
  response = null
}

function main {
  input {
  }
  stack {
    var $answer { value = {response: {status: 404}} }
    var $id { value = $answer.response.result.id }
  }
  response = $id
}

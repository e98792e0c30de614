// One POST of a small JSON document.
function post {
  input {
    text url
    int number?=0
  }
  stack {
    api.request {
      url = $input.url
      method = "POST"
      params = {title: "Database is down", number: $input.number}
      headers = ["Content-Type: application/json"]
      timeout = 10
    } as $answer
  }
  response = $answer.response.result
}

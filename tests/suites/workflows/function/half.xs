function half {
  input {
    int of
  }
  stack {
    precondition ($input.of % 2 == 0) {
      error_type = "inputerror"
      error = "Only even numbers"
    }
    api.request {
      url = "https://example.com/half"
      mock = {"mocks by the name of the workflow test": {response: {status: 200, result: 7}}}
    } as $answer
  }
  response = $answer.response.result
}

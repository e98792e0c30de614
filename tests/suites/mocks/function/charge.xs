// Its mocks fire in tests of other functions too: what counts is the name of the test that runs.
function charge {
  input {
    decimal amount
  }
  stack {
    api.request {
      url = "https://pay.example.com/charges"
      method = "POST"
      params = {amount: $input.amount}
      mock = {
        "paid": {response: {status: 201, result: {message: "ok " ~ $input.amount}}}
        "unpaid": {response: {status: 402, result: {message: "no"}}}
      }
    } as $answer
  }
  response = ($answer.response.status == 201) ? $answer.response.result.message : "declined"
  test "unpaid" {
    input = {amount: 1}
    expect.to_equal ($response) { value = "declined" }
  }
}

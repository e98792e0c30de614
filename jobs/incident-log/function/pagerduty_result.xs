// What a successful answer holds under a property. Any other answer is thrown as PagerDutyAPIError.
function pagerduty_result {
  input {
    json response
    int expected
    text property
    text task
  }
  stack {
    var $value {
      value = $input.response|get:("result." ~ $input.property)
    }
    conditional {
      if ($input.response.status == $input.expected && $value !== null) {
        return {
          value = $value
        }
      }
    }
    function.run pagerduty_failure {
      input = {response: $input.response, task: $input.task}
    } as $message
    throw {
      name = "PagerDutyAPIError"
      value = $message
    }
  }
  response = null
  test "what the answer holds" {
    input = {
      response: {status: 200, result: {incident: {id: "P1"}}}
      expected: 200
      property: "incident"
      task: "read the incident"
    }
    expect.to_equal ($response) { value = {id: "P1"} }
  }
  test "a status that was not expected" {
    input = {
      response: {status: 404, result: {error: {code: 2100, message: "Not Found"}}}
      expected: 200
      property: "incident"
      task: "read the incident"
    }
    expect.to_throw { value = "Cannot read the incident: status 404, code 2100, Not Found" }
    expect.to_throw { value = "PagerDutyAPIError" }
  }
  test "an answer without the property" {
    input = {
      response: {status: 200, result: {}}
      expected: 200
      property: "incident"
      task: "read the incident"
    }
    expect.to_throw { value = "not the expected answer" }
  }
}

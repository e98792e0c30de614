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
}

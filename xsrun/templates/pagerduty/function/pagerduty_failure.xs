// Says in one line what went wrong, in the words of PagerDuty, and what to do.
function pagerduty_failure {
  input {
    json response
  }
  stack {
    var $status {
      value = $input.response.status
    }
    var $answer {
      value = $input.response.result
    }
    conditional {
      if ($status == 0) {
        var $reason {
          value = "no answer, " ~ ($input.response|get:"error.message")
        }
      }
      elseif ($answer|is_object) {
        var $errors {
          value = $answer|get:"errors":[]
        }
        var $details {
          value = ($errors|is_array) ? ($errors|join:"; ") : ($errors|json_encode)
        }
        var $parts {
          value = [$answer|get:"message", $details]
        }
        var $reason {
          value = $parts|filter_empty|join:", "
        }
      }
      else {
        var $said {
          value = ($answer|is_text) ? $answer : ($answer|json_encode)
        }
        var $reason {
          value = $said|first_notempty:"the answer is empty"
        }
      }
    }
    var $advice {
      value = ""
    }
    conditional {
      if ($status == 0 || $status >= 500) {
        var.update $advice {
          value = ". Running the job again with the same input does no harm"
        }
      }
      elseif ($reason|icontains:"routing") {
        var.update $advice {
          value = ". pagerduty_routing_key must hold the integration key of a service, 32 characters; an API key is another thing"
        }
      }
    }
  }
  response = "Cannot send the event: status " ~ $status ~ ", " ~ ($reason|substr:0:300) ~ $advice
  test "a refusal with details" {
    input = {
      response: {
        status: 400
        result: {
          message: "Event object is invalid"
          errors: ["'payload.source' is missing or blank"]
        }
      }
    }
    expect.to_equal ($response) {
      value = "Cannot send the event: status 400, Event object is invalid, 'payload.source' is missing or blank"
    }
  }
  test "a key that does not fit" {
    input = {response: {status: 400, result: {message: "Invalid routing key"}}}
    expect.to_end_with ($response) { value = "an API key is another thing" }
  }
  test "no answer" {
    input = {
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
    }
    expect.to_equal ($response) {
      value = "Cannot send the event: status 0, no answer, Operation timed out. Running the job again with the same input does no harm"
    }
  }
  test "an empty answer" {
    input = {response: {status: 500, result: ""}}
    expect.to_contain ($response) { value = "status 500, the answer is empty" }
  }
  test "a long answer is cut" {
    input = {response: {status: 400, result: (1..300)|join:""}}
    expect.to_equal ($response) {
      value = "Cannot send the event: status 400, " ~ ((1..300)|join:""|substr:0:300)
    }
  }
  test "the first of the troubles of a server" {
    input = {response: {status: 500, result: "broken"}}
    expect.to_contain ($response) { value = "broken. Running the job again" }
  }
  test "an unknown refusal" {
    input = {response: {status: 499, result: "refused"}}
    expect.to_end_with ($response) { value = "status 499, refused" }
  }
  test "several details" {
    input = {response: {status: 400, result: {errors: ["one", "two"]}}}
    expect.to_end_with ($response) { value = "status 400, one; two" }
  }
  test "details that are no list" {
    input = {response: {status: 400, result: {message: "Invalid", errors: "one"}}}
    expect.to_end_with ($response) { value = "status 400, Invalid, \"one\"" }
  }
}

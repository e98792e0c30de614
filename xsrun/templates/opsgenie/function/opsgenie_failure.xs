// Says in one line what went wrong, in the words of Opsgenie, and what to do.
function opsgenie_failure {
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
          value = $answer|get:"errors"
        }
        var $details {
          value = ($errors|is_object) ? ($errors|json_encode) : ""
        }
        var $parts {
          value = [$answer|get:"message", $details]
        }
        var $reason {
          value = $parts|filter_empty|join:" "
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
      elseif ($status == 401 || $status == 403) {
        var.update $advice {
          value = ". opsgenie_api_key must hold the key of an API integration that may create alerts, in the account of the region"
        }
      }
    }
  }
  response = "Cannot send the alert: status " ~ $status ~ ", " ~ ($reason
    |substr:0:300
    |rtrim:".") ~ $advice
  test "a refusal with details" {
    input = {
      response: {
        status: 422
        result: {
          message: "Request body is not processable. Please check the errors."
          errors: {message: "Message can not be empty."}
        }
      }
    }
    expect.to_equal ($response) {
      value = "Cannot send the alert: status 422, Request body is not processable. Please check the errors. {\"message\":\"Message can not be empty.\"}"
    }
  }
  test "a key that does not fit" {
    input = {response: {status: 401, result: {message: "Could not authenticate"}}}
    expect.to_contain ($response) { value = "Could not authenticate. opsgenie_api_key must hold" }
  }
  test "no answer" {
    input = {
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
    }
    expect.to_equal ($response) {
      value = "Cannot send the alert: status 0, no answer, Operation timed out. Running the job again with the same input does no harm"
    }
  }
  test "an answer of somebody else" {
    input = {response: {status: 502, result: "<html>"}}
    expect.to_contain ($response) { value = "status 502, <html>" }
  }
  test "a long answer is cut" {
    input = {response: {status: 400, result: (1..300)|join:""}}
    expect.to_equal ($response) {
      value = "Cannot send the alert: status 400, " ~ ((1..300)|join:""|substr:0:300)
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
  test "a key without the right" {
    input = {response: {status: 403, result: {message: "Forbidden."}}}
    expect.to_contain ($response) { value = "status 403, Forbidden. opsgenie_api_key must hold" }
  }
  test "an answer that is a list" {
    input = {response: {status: 400, result: [1]}}
    expect.to_end_with ($response) { value = "status 400, [1]" }
  }
  test "details that are no object" {
    input = {response: {status: 400, result: {message: "Invalid", errors: ["one"]}}}
    expect.to_end_with ($response) { value = "status 400, Invalid" }
  }
}

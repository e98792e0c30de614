// Says in one line what went wrong, in the words of incident.io, and what to do.
function alert_failure {
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
          value = ($errors|is_array) ? ($errors
            |map:($$|get:"message")
            |filter_empty
            |join:"; ") : ($errors|json_encode)
        }
        var $parts {
          value = [$answer|get:"type", $details, $answer|get:"request_id"]
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
      elseif ($status == 401) {
        var.update $advice {
          value = ". incident_io_api_token must hold the secret of the alert source; an API key is another thing"
        }
      }
      elseif ($status == 404) {
        var.update $advice {
          value = ". Is alert_source_config_id that of an HTTP alert source?"
        }
      }
    }
  }
  response = "Cannot send the alert: status " ~ $status ~ ", " ~ ($reason|substr:0:300) ~ $advice
  test "a secret that does not fit" {
    input = {
      response: {
        status: 401
        result: {
          type: "authentication_error"
          errors: [{message: "Access token is not valid"}]
          request_id: "req-1"
        }
      }
    }
    expect.to_equal ($response) {
      value = "Cannot send the alert: status 401, authentication_error, Access token is not valid, req-1. incident_io_api_token must hold the secret of the alert source; an API key is another thing"
    }
  }
  test "a source that does not exist" {
    input = {response: {status: 404, result: {type: "not_found", errors: []}}}
    expect.to_end_with ($response) {
      value = "Is alert_source_config_id that of an HTTP alert source?"
    }
  }
  test "a refusal that explains itself" {
    input = {
      response: {
        status: 422
        result: {type: "validation_error", errors: [{message: "Title is required"}]}
      }
    }
    expect.to_equal ($response) {
      value = "Cannot send the alert: status 422, validation_error, Title is required"
    }
  }
  test "no answer" {
    input = {
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
    }
    expect.to_end_with ($response) {
      value = "no answer, Operation timed out. Running the job again with the same input does no harm"
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
  test "several errors" {
    input = {response: {status: 422, result: {errors: [{message: "one"}, {}, {message: "two"}]}}}
    expect.to_end_with ($response) { value = "status 422, one; two" }
  }
  test "errors that are no list" {
    input = {response: {status: 422, result: {type: "validation_error", errors: "one"}}}
    expect.to_end_with ($response) { value = "status 422, validation_error, \"one\"" }
  }
}

// Says in one line what went wrong, in the words of Opsgenie, and what to do. Never the key.
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
        var $said {
          value = $parts|filter_empty|join:" "
        }
        var $reason {
          value = ($said != "") ? $said : ($answer|json_encode)
        }
      }
      else {
        var $text {
          value = ($answer|is_text) ? $answer : ($answer|json_encode)
        }
        var $reason {
          value = $text|first_notempty:"the answer is empty"
        }
      }
    }
    var $key {
      value = $env.opsgenie_api_key|trim
      mock = {"a server that repeats the key is not repeated": "test-key"}
    }
    // A server may repeat what it was sent.
    var $shown {
      value = $reason|replace:$key:"***"|substr:0:300|rtrim:"."
    }
    var $advice {
      value = ""
    }
    conditional {
      if ($status == 0 || $status == 408 || $status >= 500) {
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
  response = "Cannot send the alert: status " ~ $status ~ ", " ~ $shown ~ $advice
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
  test "a server that repeats the key is not repeated" {
    input = {response: {status: 400, result: {message: "no access for test-key"}}}
    expect.to_equal ($response) { value = "Cannot send the alert: status 400, no access for ***" }
  }
  test "a key that may only read" {
    input = {response: {status: 403, result: {message: "Not allowed"}}}
    expect.to_contain ($response) { value = "Not allowed. opsgenie_api_key must hold" }
  }
  test "nothing is said of a key that fits" {
    input = {response: {status: 402, result: {message: "Payment required"}}}
    expect.to_end_with ($response) { value = "Payment required" }
  }
  test "nor of one that is not found" {
    input = {response: {status: 404, result: {message: "Not found"}}}
    expect.to_end_with ($response) { value = "Not found" }
  }
  test "a request that timed out" {
    input = {response: {status: 408, result: ""}}
    expect.to_end_with ($response) {
      value = "the answer is empty. Running the job again with the same input does no harm"
    }
  }
  test "a server in trouble" {
    input = {response: {status: 500, result: ""}}
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "an unknown refusal" {
    input = {response: {status: 499, result: ""}}
    expect.to_end_with ($response) { value = "the answer is empty" }
  }
  test "errors that are no object" {
    input = {response: {status: 422, result: {message: "No.", errors: "x"}}}
    expect.to_equal ($response) { value = "Cannot send the alert: status 422, No" }
  }
  test "an answer that is a list" {
    input = {response: {status: 422, result: [7]}}
    expect.to_end_with ($response) { value = "status 422, [7]" }
  }
  test "a long answer is cut" {
    input = {response: {status: 400, result: (1..300)|join:""}}
    expect.to_equal ($response) {
      value = "Cannot send the alert: status 400, " ~ ((1..300)|join:""|substr:0:300)
    }
  }
  test "an answer without words" {
    input = {response: {status: 400, result: {error: 7}}}
    expect.to_end_with ($response) { value = "status 400, {\"error\":7}" }
  }
}

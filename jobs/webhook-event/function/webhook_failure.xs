// Says in one line what went wrong, in the words of the receiver.
function webhook_failure {
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
      else {
        var $said {
          value = ($answer|is_text) ? $answer : ($answer|json_encode)
        }
        var $reason {
          value = $said|first_notempty:"the answer is empty"
        }
      }
    }
    var $code {
      value = $input.response|get:"error.code"
    }
    var $advice {
      value = ""
    }
    conditional {
      if ($code == 6 || $code == 7) {
        var.update $advice {
          value = ". Nothing was sent"
        }
      }
      elseif ($status == 0 || $status >= 500) {
        var.update $advice {
          value = ". It may have arrived; the same input sends the same Idempotency-Key"
        }
      }
      elseif ($status == 401 || $status == 403) {
        var.update $advice {
          value = ". Does webhook_secret fit the receiver?"
        }
      }
    }
  }
  response = "Cannot post the event: status " ~ $status ~ ", " ~ ($reason|substr:0:300) ~ $advice
  test "a refusal" {
    input = {response: {status: 404, result: "no such hook"}}
    expect.to_equal ($response) { value = "Cannot post the event: status 404, no such hook" }
  }
  test "a signature that does not fit" {
    input = {response: {status: 401, result: {error: "bad signature"}}}
    expect.to_equal ($response) {
      value = "Cannot post the event: status 401, {\"error\":\"bad signature\"}. Does webhook_secret fit the receiver?"
    }
  }
  test "no connection" {
    input = {
      response: {status: 0, result: null, error: {code: 6, message: "Could not resolve host"}}
    }
    expect.to_end_with ($response) { value = "Could not resolve host. Nothing was sent" }
  }
  test "no answer" {
    input = {
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
    }
    expect.to_contain ($response) { value = "no answer, Operation timed out. It may have arrived" }
  }
  test "an empty answer" {
    input = {response: {status: 502, result: ""}}
    expect.to_contain ($response) { value = "status 502, the answer is empty" }
  }
  test "a server in trouble" {
    input = {response: {status: 500, result: "no"}}
    expect.to_contain ($response) { value = "no. It may have arrived" }
  }
  test "an unknown refusal" {
    input = {response: {status: 499, result: "no"}}
    expect.to_equal ($response) { value = "Cannot post the event: status 499, no" }
  }
  test "a receiver that says no" {
    input = {response: {status: 403, result: "no"}}
    expect.to_end_with ($response) { value = "no. Does webhook_secret fit the receiver?" }
  }
  test "a receiver that wants money" {
    input = {response: {status: 402, result: "no"}}
    expect.to_equal ($response) { value = "Cannot post the event: status 402, no" }
  }
  test "nobody listens" {
    input = {response: {status: 0, result: null, error: {code: 7, message: "Connection refused"}}}
    expect.to_end_with ($response) { value = "Connection refused. Nothing was sent" }
  }
  test "a connection that breaks" {
    input = {response: {status: 0, result: null, error: {code: 8, message: "Broken"}}}
    expect.to_contain ($response) { value = "Broken. It may have arrived" }
  }
  test "a long answer is cut" {
    input = {response: {status: 400, result: (1..300)|join:""}}
    expect.to_equal ($response) {
      value = "Cannot post the event: status 400, " ~ ((1..300)|join:""|substr:0:300)
    }
  }
}

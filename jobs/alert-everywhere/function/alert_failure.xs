// Says in one line what went wrong: status, type and errors of incident.io, and what to do. Never the secret.
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
      elseif ($answer|get:"errors.0.message"|is_text) {
        var $errors {
          value = $answer.errors|map:($$|get:"message") ~ " [" ~ ($$|get:"code") ~ "] " ~ ($$|get:"source.field")
        }
        var $request {
          value = "request " ~ ($answer|get:"request_id")
        }
        var $parts {
          value = [$answer|get:"type", $errors|map:($$|trim)|join:"; ", $request]
        }
        var $reason {
          value = $parts|filter_empty|join:", "
        }
      }
      elseif ($answer == "") {
        var $reason {
          value = "the answer is empty"
        }
      }
      else {
        var $reason {
          value = "not the expected answer: " ~ ($answer|json_encode)
        }
      }
    }
    // A server may repeat what it was sent.
    var $shown {
      value = $reason|replace:($env.incident_io_api_token|trim):"***"|substr:0:500|rtrim:"."
    }
    var $advice {
      value = ""
    }
    conditional {
      if ($status == 401) {
        var.update $advice {
          value = ". incident_io_api_token must hold the secret of this alert source, which is another one than an API key"
        }
      }
      elseif ($status == 404) {
        var.update $advice {
          value = ". Is alert_source_config_id the id of an HTTP alert source?"
        }
      }
      elseif ($status == 0 || $status == 408 || $status >= 500) {
        var.update $advice {
          value = ". Whether it was taken in is unknown; running the job again with the same input does no harm"
        }
      }
    }
  }
  response = "Cannot send the alert: status " ~ $status ~ ", " ~ $shown ~ $advice
  test "a refusal with its errors" {
    input = {
      response: {
        status: 422
        result: {
          type: "validation_error"
          errors: [
            {
              code: "is_required"
              message: "Deduplication key is required"
              source: {field: "deduplication_key"}
            }
          ]
          request_id: "req-1"
        }
      }
    }
    expect.to_equal ($response) {
      value = "Cannot send the alert: status 422, validation_error, Deduplication key is required [is_required] deduplication_key, request req-1"
    }
  }
  test "no answer at all" {
    input = {response: {status: 0, result: null, error: {message: "Connection refused"}}}
    expect.to_start_with ($response) {
      value = "Cannot send the alert: status 0, no answer, Connection refused"
    }
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "an empty answer" {
    input = {response: {status: 202, result: ""}}
    expect.to_equal ($response) { value = "Cannot send the alert: status 202, the answer is empty" }
  }
  test "an answer of somebody else" {
    input = {response: {status: 200, result: "<html>"}}
    expect.to_contain ($response) { value = "not the expected answer: " }
  }
  test "a wrong secret" {
    input = {response: {status: 401, result: ""}}
    expect.to_end_with ($response) { value = "which is another one than an API key" }
  }
  test "a source that is not there" {
    input = {response: {status: 404, result: ""}}
    expect.to_end_with ($response) { value = "the id of an HTTP alert source?" }
  }
  test "several errors" {
    input = {
      response: {
        status: 422
        result: {
          type: "validation_error"
          errors: [{code: "a", message: "One"}, {code: "b", message: "Two."}]
          request_id: "req-1"
        }
      }
    }
    expect.to_equal ($response) {
      value = "Cannot send the alert: status 422, validation_error, One [a]; Two. [b], request req-1"
    }
  }
  test "an error without type" {
    input = {
      response: {status: 422, result: {errors: [{code: "a", message: "One"}], request_id: "r"}}
    }
    expect.to_equal ($response) { value = "Cannot send the alert: status 422, One [a], request r" }
  }
  test "errors that say nothing" {
    input = {response: {status: 422, result: {errors: [{message: 5}]}}}
    expect.to_equal ($response) {
      value = "Cannot send the alert: status 422, not the expected answer: {\"errors\":[{\"message\":5}]}"
    }
  }
  test "a long answer is cut" {
    input = {response: {status: 400, result: (1..300)|join:""}}
    expect.to_equal ($response) {
      value = "Cannot send the alert: status 400, " ~ (("not the expected answer: \"" ~ ((1..300)|join:""))|substr:0:500)
    }
  }
  test "no dot before the end" {
    input = {response: {status: 0, result: null, error: {message: "Refused."}}}
    expect.to_start_with ($response) {
      value = "Cannot send the alert: status 0, no answer, Refused. Whether"
    }
  }
  test "a request that timed out may have been taken in" {
    input = {response: {status: 408, result: ""}}
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "a server in trouble may have taken it in" {
    input = {response: {status: 500, result: ""}}
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "an unknown refusal was not taken in" {
    input = {response: {status: 499, result: ""}}
    expect.to_end_with ($response) { value = "the answer is empty" }
  }
}

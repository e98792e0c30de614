// Says in one line what went wrong: status, type and errors of incident.io, and what to do. Never the key.
function incident_failure {
  input {
    json response
    text task
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
      value = $reason|replace:($env.incident_io_api_key|trim):"***"|substr:0:500|rtrim:"."
    }
    var $advice {
      value = ""
    }
    conditional {
      if ($status == 401) {
        var.update $advice {
          value = ". incident_io_api_key must hold an API key, which is another one than the secret of an alert source"
        }
      }
      elseif ($status == 403) {
        var.update $advice {
          value = ". The API key needs a role that may do this"
        }
      }
      elseif ($reason|icontains:"severity is required") {
        var.update $advice {
          value = ". Give the id of a severity of the account as the input severity_id"
        }
      }
      elseif ($status == 0 || $status == 408 || $status >= 500) {
        var.update $advice {
          value = ". Whether it was carried out is unknown; running the job again with the same input does no harm"
        }
      }
    }
  }
  response = "Cannot " ~ $input.task ~ ": status " ~ $status ~ ", " ~ $shown ~ $advice
  test "a refusal with its errors" {
    input = {
      task: "open the incident"
      response: {
        status: 422
        result: {
          type: "validation_error"
          errors: [
            {
              code: "is_required"
              message: "Name is required"
              source: {field: "name"}
            }
          ]
          request_id: "req-1"
        }
      }
    }
    expect.to_equal ($response) {
      value = "Cannot open the incident: status 422, validation_error, Name is required [is_required] name, request req-1"
    }
  }
  test "no answer at all" {
    input = {
      task: "open the incident"
      response: {status: 0, result: null, error: {message: "Connection refused"}}
    }
    expect.to_start_with ($response) {
      value = "Cannot open the incident: status 0, no answer, Connection refused"
    }
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "an empty answer" {
    input = {task: "open the incident", response: {status: 202, result: ""}}
    expect.to_equal ($response) {
      value = "Cannot open the incident: status 202, the answer is empty"
    }
  }
  test "an answer of somebody else" {
    input = {task: "open the incident", response: {status: 200, result: "<html>"}}
    expect.to_contain ($response) { value = "not the expected answer: " }
  }
  test "a wrong key" {
    input = {task: "open the incident", response: {status: 401, result: ""}}
    expect.to_end_with ($response) {
      value = "which is another one than the secret of an alert source"
    }
  }
  test "a key without the role" {
    input = {task: "open the incident", response: {status: 403, result: ""}}
    expect.to_end_with ($response) { value = "The API key needs a role that may do this" }
  }
  test "an account that demands a severity" {
    input = {
      task: "open the incident"
      response: {
        status: 422
        result: {
          type: "validation_error"
          errors: [
            {code: "invalid_value", message: "A severity is required to open an incident"}
          ]
        }
      }
    }
    expect.to_end_with ($response) { value = "as the input severity_id" }
  }
  test "several errors" {
    input = {
      task: "open the incident"
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
      value = "Cannot open the incident: status 422, validation_error, One [a]; Two. [b], request req-1"
    }
  }
  test "an error without type" {
    input = {
      task: "open the incident"
      response: {status: 422, result: {errors: [{code: "a", message: "One"}], request_id: "r"}}
    }
    expect.to_equal ($response) {
      value = "Cannot open the incident: status 422, One [a], request r"
    }
  }
  test "errors that say nothing" {
    input = {task: "open the incident", response: {status: 422, result: {errors: [{message: 5}]}}}
    expect.to_equal ($response) {
      value = "Cannot open the incident: status 422, not the expected answer: {\"errors\":[{\"message\":5}]}"
    }
  }
  test "a long answer is cut" {
    input = {task: "open the incident", response: {status: 400, result: (1..300)|join:""}}
    expect.to_equal ($response) {
      value = "Cannot open the incident: status 400, " ~ (("not the expected answer: \"" ~ ((1..300)|join:""))|substr:0:500)
    }
  }
  test "no dot before the end" {
    input = {
      task: "open the incident"
      response: {status: 0, result: null, error: {message: "Refused."}}
    }
    expect.to_start_with ($response) {
      value = "Cannot open the incident: status 0, no answer, Refused. Whether"
    }
  }
  test "a request that timed out may have been carried out" {
    input = {task: "open the incident", response: {status: 408, result: ""}}
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "a server in trouble may have carried it out" {
    input = {task: "open the incident", response: {status: 500, result: ""}}
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "an unknown refusal was not carried out" {
    input = {task: "open the incident", response: {status: 499, result: ""}}
    expect.to_end_with ($response) { value = "the answer is empty" }
  }
}

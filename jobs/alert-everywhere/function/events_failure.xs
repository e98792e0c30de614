// Says in one line what went wrong: status, message and details of PagerDuty, and what to do. Never the key.
function events_failure {
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
      elseif ($status != 202 && ($answer|is_object)) {
        var $errors {
          value = $answer|get:"errors":[]
        }
        var $details {
          value = ($errors|is_array) ? ($errors|join:"; ") : ($errors|json_encode)
        }
        var $parts {
          value = [$answer|get:"status", $answer|get:"message", $details]
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
    var $key {
      value = $env.pagerduty_routing_key|trim
      mock = {
        "a key of the other kind is told by its length": "u+TESTTESTTESTTEST01"
        "a server that repeats the key is not repeated": "R0TESTTESTTESTTESTTESTTESTTEST01"
      }
    }
    // A server may repeat what it was sent.
    var $shown {
      value = $reason|replace:$key:"***"|substr:0:500|rtrim:"."
    }
    var $length {
      value = $key|strlen
    }
    var $advice {
      value = ""
    }
    conditional {
      if ($reason|icontains:"routing") {
        var.update $advice {
          value = ". pagerduty_routing_key must hold the integration key of a service (32 characters); this one has " ~ $length
        }
        conditional {
          if ($length == 20) {
            var.update $advice {
              value = $advice ~ ", like a REST API key"
            }
          }
        }
      }
      elseif ($status == 0 || $status >= 500) {
        var.update $advice {
          value = ". Whether it was taken in is unknown; running the job again with the same input does no harm"
        }
      }
    }
  }
  response = "Cannot " ~ $input.task ~ ": status " ~ $status ~ ", " ~ $shown ~ $advice
  test "a refusal with details" {
    input = {
      task: "trigger the alert"
      response: {
        status: 400
        result: {
          status: "invalid event"
          message: "Event object is invalid"
          errors: ["'payload.source' is missing or blank"]
        }
      }
    }
    expect.to_equal ($response) {
      value = "Cannot trigger the alert: status 400, invalid event, Event object is invalid, 'payload.source' is missing or blank"
    }
  }
  test "no answer at all" {
    input = {
      task: "resolve the alert"
      response: {status: 0, result: null, error: {message: "Connection refused"}}
    }
    expect.to_start_with ($response) {
      value = "Cannot resolve the alert: status 0, no answer, Connection refused"
    }
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "an empty answer" {
    input = {task: "trigger the alert", response: {status: 202, result: ""}}
    expect.to_equal ($response) {
      value = "Cannot trigger the alert: status 202, the answer is empty"
    }
  }
  test "an answer of somebody else" {
    input = {task: "trigger the alert", response: {status: 502, result: "<html>"}}
    expect.to_contain ($response) { value = "not the expected answer: " }
  }
  test "a key of the other kind is told by its length" {
    input = {
      task: "trigger the alert"
      response: {status: 400, result: {message: "Invalid routing key"}}
    }
    expect.to_end_with ($response) { value = "this one has 20, like a REST API key" }
  }
  test "a server that repeats the key is not repeated" {
    input = {
      task: "trigger the alert"
      response: {status: 400, result: {message: "R0TESTTESTTESTTESTTESTTESTTEST01 is unknown"}}
    }
    expect.to_contain ($response) { value = "*** is unknown" }
  }
  test "several details" {
    input = {task: "trigger the alert", response: {status: 400, result: {errors: ["one", "two."]}}}
    expect.to_equal ($response) { value = "Cannot trigger the alert: status 400, one; two" }
  }
  test "details that are no list" {
    input = {task: "trigger the alert", response: {status: 400, result: {errors: "one"}}}
    expect.to_equal ($response) { value = "Cannot trigger the alert: status 400, \"one\"" }
  }
  test "a success without a key" {
    input = {task: "trigger the alert", response: {status: 202, result: {status: "success"}}}
    expect.to_equal ($response) {
      value = "Cannot trigger the alert: status 202, not the expected answer: {\"status\":\"success\"}"
    }
  }
  test "a long answer is cut" {
    input = {
      task: "trigger the alert"
      response: {status: 400, result: {message: (1..300)|join:""}}
    }
    expect.to_equal ($response) {
      value = "Cannot trigger the alert: status 400, " ~ ((1..300)|join:""|substr:0:500)
    }
  }
  test "a server in trouble may have taken it in" {
    input = {task: "trigger the alert", response: {status: 500, result: ""}}
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "an unknown refusal was not taken in" {
    input = {task: "trigger the alert", response: {status: 499, result: ""}}
    expect.to_end_with ($response) { value = "the answer is empty" }
  }
  test "a wrong key of the right kind" {
    input = {
      task: "trigger the alert"
      response: {status: 400, result: {message: "Invalid routing key"}}
    }
    expect.to_end_with ($response) {
      value = "the integration key of a service (32 characters); this one has 0"
    }
  }
}

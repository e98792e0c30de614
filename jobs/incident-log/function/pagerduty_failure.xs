// Says in one line what went wrong: status, code, message and details of PagerDuty, and what to do. Never the key.
function pagerduty_failure {
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
    var $failure {
      value = $input.response|get:"result.error"
    }
    conditional {
      if ($status == 0) {
        var $reason {
          value = "no answer, " ~ ($input.response|get:"error.message")
        }
      }
      elseif ($failure|is_object) {
        var $errors {
          value = $failure|get:"errors":[]
        }
        var $details {
          value = ($errors|is_array) ? ($errors|join:"; ") : ($errors|json_encode)
        }
        var $parts {
          value = ["code " ~ ($failure|get:"code":"none"), $failure|get:"message", $details]
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
      value = $env.pagerduty_api_key|trim
      mock = {
        "a key of the other kind is told by its length": "R0123456789012345678901234567890"|substr:0:32
        "a server that repeats the key is not repeated": "u+TESTTESTTESTTEST01"
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
      if ($status == 401) {
        var.update $advice {
          value = ". pagerduty_api_key must hold a REST API key (20 characters); this one has " ~ $length
        }
        conditional {
          if ($length == 32) {
            var.update $advice {
              value = $advice ~ ", like the integration key (routing key) of the Events API"
            }
          }
        }
      }
      elseif ($reason|contains:"\"From\" header") {
        var.update $advice {
          value = ". Give the e-mail address of a user of the account as the input from"
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
  test "a refusal with code and details" {
    input = {
      task: "create the incident"
      response: {
        status: 400
        result: {
          error: {code: 2001, message: "Invalid Input Provided", errors: ["Title cannot be empty."]}
        }
      }
    }
    expect.to_equal ($response) {
      value = "Cannot create the incident: status 400, code 2001, Invalid Input Provided, Title cannot be empty"
    }
  }
  test "no answer at all" {
    input = {
      task: "read the incident"
      response: {status: 0, result: null, error: {message: "Connection refused"}}
    }
    expect.to_start_with ($response) {
      value = "Cannot read the incident: status 0, no answer, Connection refused"
    }
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "an empty answer" {
    input = {task: "read the incident", response: {status: 204, result: ""}}
    expect.to_equal ($response) {
      value = "Cannot read the incident: status 204, the answer is empty"
    }
  }
  test "an answer of somebody else" {
    input = {task: "read the incident", response: {status: 200, result: "<html>"}}
    expect.to_contain ($response) { value = "not the expected answer: " }
  }
  test "a missing sender" {
    input = {
      task: "create the incident"
      response: {
        status: 400
        result: {
          error: {
            code: 2016
            message: "You must specify a user's email address in the \"From\" header"
          }
        }
      }
    }
    expect.to_end_with ($response) {
      value = "Give the e-mail address of a user of the account as the input from"
    }
  }
  test "a key of the other kind is told by its length" {
    input = {task: "read the incident", response: {status: 401, result: ""}}
    expect.to_end_with ($response) {
      value = "this one has 32, like the integration key (routing key) of the Events API"
    }
  }
  test "a server that repeats the key is not repeated" {
    input = {
      task: "read the incident"
      response: {status: 403, result: "no access for u+TESTTESTTESTTEST01"}
    }
    expect.to_contain ($response) { value = "no access for ***" }
  }
  test "an error that is no object" {
    input = {task: "read the incident", response: {status: 400, result: {error: "broken"}}}
    expect.to_equal ($response) {
      value = "Cannot read the incident: status 400, not the expected answer: {\"error\":\"broken\"}"
    }
  }
  test "several details" {
    input = {
      task: "create the incident"
      response: {
        status: 400
        result: {error: {code: 2001, message: "Invalid", errors: ["one", "two"]}}
      }
    }
    expect.to_equal ($response) {
      value = "Cannot create the incident: status 400, code 2001, Invalid, one; two"
    }
  }
  test "details that are no list" {
    input = {
      task: "create the incident"
      response: {status: 400, result: {error: {code: 2001, message: "Invalid", errors: "one"}}}
    }
    expect.to_equal ($response) {
      value = "Cannot create the incident: status 400, code 2001, Invalid, \"one\""
    }
  }
  test "an error without code and message" {
    input = {task: "create the incident", response: {status: 400, result: {error: {}}}}
    expect.to_equal ($response) { value = "Cannot create the incident: status 400, code none" }
  }
  test "a long answer is cut" {
    input = {
      task: "create the incident"
      response: {status: 400, result: {error: {code: 1, message: (1..300)|join:""}}}
    }
    expect.to_equal ($response) {
      value = "Cannot create the incident: status 400, " ~ "code 1, " ~ ((1..300)
        |join:""
        |substr:0:492)
    }
  }
  test "a request that timed out may have been carried out" {
    input = {task: "create the incident", response: {status: 408, result: ""}}
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "a server in trouble may have carried it out" {
    input = {task: "create the incident", response: {status: 500, result: ""}}
    expect.to_end_with ($response) { value = "does no harm" }
  }
  test "an unknown refusal was not carried out" {
    input = {task: "create the incident", response: {status: 499, result: ""}}
    expect.to_end_with ($response) { value = "the answer is empty" }
  }
  test "a wrong key of the right kind" {
    input = {task: "read the incident", response: {status: 401, result: ""}}
    expect.to_end_with ($response) {
      value = "pagerduty_api_key must hold a REST API key (20 characters); this one has 0"
    }
  }
}

// Says in one line what went wrong, in the words of Statuspage, and what to do. Never the key.
function statuspage_failure {
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
    var $refusal {
      value = $input.response|get:"result.error"
    }
    conditional {
      if ($status == 0) {
        var $reason {
          value = "no answer, " ~ ($input.response|get:"error.message")
        }
      }
      elseif ($refusal|is_array) {
        var $reason {
          value = $refusal|join:"; "
        }
      }
      elseif ($refusal|is_text) {
        var $reason {
          value = $refusal
        }
      }
      elseif ($answer === "" || $answer === null) {
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
      value = $env.statuspage_api_key|trim
      mock = {"a server that repeats the key is not repeated": "test-key"}
    }
    // A server may repeat what it was sent.
    var $shown {
      value = $reason|replace:$key:"***"|substr:0:500|rtrim:"."
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
          value = ". Nothing was sent; running the job again with the same input does no harm"
        }
      }
      elseif ($status < 300 || $status == 408 || $status >= 500) {
        var.update $advice {
          value = ". Whether it was carried out is unknown; running the job again with the same input does no harm"
        }
      }
      elseif ($status == 401 || $status == 403) {
        var.update $advice {
          value = ". statuspage_api_key must hold an API key of a user who manages the page"
        }
      }
      elseif ($status == 404) {
        var.update $advice {
          value = ". Is page_id the id of a page of this account?"
        }
      }
    }
  }
  response = "Cannot " ~ $input.task ~ ": status " ~ $status ~ ", " ~ $shown ~ $advice
  test "a field that does not fit" {
    input = {
      task: "create the incident"
      response: {status: 422, result: {error: ["Name can't be blank", "Status is invalid"]}}
    }
    expect.to_equal ($response) {
      value = "Cannot create the incident: status 422, Name can't be blank; Status is invalid"
    }
  }
  test "a key that does not fit" {
    input = {
      task: "create the incident"
      response: {status: 401, result: {error: "Could not authenticate"}}
    }
    expect.to_equal ($response) {
      value = "Cannot create the incident: status 401, Could not authenticate. statuspage_api_key must hold an API key of a user who manages the page"
    }
  }
  test "a user who may not" {
    input = {
      task: "create the incident"
      response: {status: 403, result: {error: "No access"}}
    }
    expect.to_contain ($response) { value = "No access. statuspage_api_key must hold" }
  }
  test "a page that nobody pays" {
    input = {
      task: "create the incident"
      response: {status: 402, result: {error: "Pay first"}}
    }
    expect.to_end_with ($response) { value = "Pay first" }
  }
  test "a page that is not there" {
    input = {
      task: "create the incident"
      response: {status: 404, result: {error: "Not found."}}
    }
    expect.to_equal ($response) {
      value = "Cannot create the incident: status 404, Not found. Is page_id the id of a page of this account?"
    }
  }
  test "a page that is busy" {
    input = {
      task: "create the incident"
      response: {status: 405, result: {error: "No"}}
    }
    expect.to_end_with ($response) { value = "No" }
  }
  test "no answer" {
    input = {
      task: "create the incident"
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
    }
    expect.to_equal ($response) {
      value = "Cannot create the incident: status 0, no answer, Operation timed out. Whether it was carried out is unknown; running the job again with the same input does no harm"
    }
  }
  test "no host" {
    input = {
      task: "create the incident"
      response: {status: 0, result: null, error: {code: 6, message: "Host not found"}}
    }
    expect.to_contain ($response) { value = "Host not found. Nothing was sent" }
  }
  test "no connection" {
    input = {
      task: "create the incident"
      response: {status: 0, result: null, error: {code: 7, message: "Connection refused"}}
    }
    expect.to_contain ($response) { value = "Connection refused. Nothing was sent; running" }
  }
  test "a request that timed out" {
    input = {
      task: "create the incident"
      response: {status: 408, result: ""}
    }
    expect.to_contain ($response) { value = "status 408, the answer is empty. Whether" }
  }
  test "a server in trouble" {
    input = {
      task: "create the incident"
      response: {status: 500, result: null}
    }
    expect.to_contain ($response) { value = "status 500, the answer is empty. Whether" }
  }
  test "an unknown refusal" {
    input = {
      task: "create the incident"
      response: {status: 499, result: ""}
    }
    expect.to_end_with ($response) { value = "the answer is empty" }
  }
  test "a redirect" {
    input = {
      task: "create the incident"
      response: {status: 300, result: ""}
    }
    expect.to_end_with ($response) { value = "the answer is empty" }
  }
  test "a success that is none" {
    input = {
      task: "create the incident"
      response: {status: 299, result: "<html>"}
    }
    expect.to_contain ($response) {
      value = "not the expected answer: \"<html>\". Whether it was carried out is unknown"
    }
  }
  test "a server that repeats the key is not repeated" {
    input = {
      task: "create the incident"
      response: {status: 400, result: "no access for test-key"}
    }
    expect.to_contain ($response) { value = "no access for ***" }
  }
  test "a long answer is cut" {
    input = {
      task: "create the incident"
      response: {status: 400, result: {error: (1..300)|join:""}}
    }
    expect.to_equal ($response) {
      value = "Cannot create the incident: status 400, " ~ ((1..300)|join:""|substr:0:500)
    }
  }
}

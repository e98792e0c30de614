// Says in one line what went wrong, in the words of Jira, and what to do. Never the token.
function jira_failure {
  input {
    json response
    text task
    bool writes? {
      description = "Whether the request would have changed something"
    }
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
        var $general {
          value = $answer|get:"errorMessages"
        }
        var $details {
          value = $answer|get:"errors"
        }
        var $parts {
          value = ($general|is_array) ? $general : []
        }
        conditional {
          if ($details|is_object) {
            foreach ($details|entries) {
              each as $detail {
                array.push $parts {
                  value = $detail.key ~ ": " ~ ($detail.value|json_encode|trim:"\"")
                }
              }
            }
          }
        }
        var $said {
          value = $parts|filter_empty|join:"; "
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
    var $code {
      value = $input.response|get:"error.code"
    }
    // 6 and 7: host not found, connection refused.
    var $unclear {
      value = ($status == 0 || $status == 408 || $status >= 500) && $code != 6 && $code != 7
    }
    var $token {
      value = $env.jira_api_token|trim
      mock = {"a server that repeats the token is not repeated": "test-token"}
    }
    // A server may repeat what it was sent.
    var $shown {
      value = $reason|replace:$token:"***"|substr:0:300|rtrim:"."
    }
    var $advice {
      value = ""
    }
    conditional {
      if ($unclear && $input.writes) {
        var.update $advice {
          value = ". It may exist; another run looks for it first, a minute from now"
        }
      }
      elseif ($status == 0 || $status == 408 || $status >= 500) {
        var.update $advice {
          value = ". Nothing was created; running the job again with the same input does no harm"
        }
      }
      elseif ($status == 401 || $status == 403) {
        var.update $advice {
          value = ". jira_email and jira_api_token must belong to a user who may see the project and create issues in it"
        }
      }
    }
  }
  response = "Cannot " ~ $input.task ~ ": status " ~ $status ~ ", " ~ $shown ~ $advice
  test "a field that does not fit" {
    input = {
      response: {
        status: 400
        result: {
          errorMessages: []
          errors: {project: "valid project is required", summary: "too long"}
        }
      }
      task: "create the issue"
      writes: true
    }
    expect.to_equal ($response) {
      value = "Cannot create the issue: status 400, project: valid project is required; summary: too long"
    }
  }
  test "a query that does not fit" {
    input = {
      response: {
        status: 400
        result: {errorMessages: ["The value 'OPS' does not exist for the field 'project'."]}
      }
      task: "look for an open issue"
    }
    expect.to_equal ($response) {
      value = "Cannot look for an open issue: status 400, The value 'OPS' does not exist for the field 'project'"
    }
  }
  test "a token that does not fit" {
    input = {response: {status: 401, result: "Unauthorized"}, task: "look for an open issue"}
    expect.to_contain ($response) {
      value = "status 401, Unauthorized. jira_email and jira_api_token"
    }
  }
  test "no answer to a write" {
    input = {
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
      task: "create the issue"
      writes: true
    }
    expect.to_contain ($response) { value = "no answer, Operation timed out. It may exist" }
  }
  test "no answer to a question" {
    input = {
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
      task: "look for an open issue"
    }
    expect.to_end_with ($response) {
      value = "Operation timed out. Nothing was created; running the job again with the same input does no harm"
    }
  }
  test "no connection" {
    input = {
      response: {status: 0, result: null, error: {code: 6, message: "Could not resolve host"}}
      task: "create the issue"
      writes: true
    }
    expect.to_end_with ($response) {
      value = "Could not resolve host. Nothing was created; running the job again with the same input does no harm"
    }
  }
  test "an answer of somebody else" {
    input = {response: {status: 502, result: ""}, task: "create the issue", writes: true}
    expect.to_contain ($response) { value = "status 502, the answer is empty. It may exist" }
  }
  test "a server that repeats the token is not repeated" {
    input = {
      response: {status: 400, result: "no access for test-token"}
      task: "create the issue"
      writes: true
    }
    expect.to_equal ($response) { value = "Cannot create the issue: status 400, no access for ***" }
  }
  test "a write that timed out" {
    input = {
      response: {status: 408, result: ""}
      task: "create the issue"
      writes: true
    }
    expect.to_contain ($response) { value = "the answer is empty. It may exist" }
  }
  test "a server in trouble" {
    input = {
      response: {status: 500, result: ""}
      task: "create the issue"
      writes: true
    }
    expect.to_contain ($response) { value = "the answer is empty. It may exist" }
  }
  test "an unknown refusal" {
    input = {
      response: {status: 499, result: ""}
      task: "create the issue"
      writes: true
    }
    expect.to_equal ($response) {
      value = "Cannot create the issue: status 499, the answer is empty"
    }
  }
  test "a question that timed out" {
    input = {
      response: {status: 408, result: ""}
      task: "create the issue"
    }
    expect.to_end_with ($response) {
      value = "the answer is empty. Nothing was created; running the job again with the same input does no harm"
    }
  }
  test "a question to a server in trouble" {
    input = {
      response: {status: 500, result: ""}
      task: "create the issue"
    }
    expect.to_end_with ($response) {
      value = "the answer is empty. Nothing was created; running the job again with the same input does no harm"
    }
  }
  test "an unknown refusal of a question" {
    input = {
      response: {status: 499, result: ""}
      task: "create the issue"
    }
    expect.to_end_with ($response) { value = "the answer is empty" }
  }
  test "nobody listens" {
    input = {
      response: {status: 0, result: null, error: {code: 7, message: "Connection refused"}}
      task: "create the issue"
      writes: true
    }
    expect.to_end_with ($response) {
      value = "Connection refused. Nothing was created; running the job again with the same input does no harm"
    }
  }
  test "a connection that breaks" {
    input = {
      response: {status: 0, result: null, error: {code: 8, message: "Broken"}}
      task: "create the issue"
      writes: true
    }
    expect.to_contain ($response) { value = "Broken. It may exist" }
  }
  test "a user who may not" {
    input = {
      response: {status: 403, result: {errorMessages: ["No permission"]}}
      task: "create the issue"
      writes: true
    }
    expect.to_contain ($response) { value = "No permission. jira_email and jira_api_token" }
  }
  test "a site that wants money" {
    input = {
      response: {status: 402, result: {errorMessages: ["Pay first"]}}
      task: "create the issue"
      writes: true
    }
    expect.to_end_with ($response) { value = "Pay first" }
  }
  test "an issue that is not there" {
    input = {
      response: {status: 404, result: {errorMessages: ["Not there", ""]}}
      task: "create the issue"
      writes: true
    }
    expect.to_end_with ($response) { value = "status 404, Not there" }
  }
  test "errors in another shape" {
    input = {
      response: {status: 400, result: {errorMessages: "x", errors: "y"}}
      task: "create the issue"
      writes: true
    }
    expect.to_end_with ($response) {
      value = "status 400, {\"errorMessages\":\"x\",\"errors\":\"y\"}"
    }
  }
  test "an answer that is a list" {
    input = {
      response: {status: 400, result: [7]}
      task: "create the issue"
      writes: true
    }
    expect.to_end_with ($response) { value = "status 400, [7]" }
  }
  test "details that are no text" {
    input = {
      response: {status: 400, result: {errors: {a: [1, 2]}}}
      task: "create the issue"
      writes: true
    }
    expect.to_end_with ($response) { value = "status 400, a: [1,2]" }
  }
  test "a long answer is cut" {
    input = {
      response: {status: 400, result: (1..300)|join:""}
      task: "create the issue"
      writes: true
    }
    expect.to_equal ($response) {
      value = "Cannot create the issue: status 400, " ~ ((1..300)|join:""|substr:0:300)
    }
  }
}

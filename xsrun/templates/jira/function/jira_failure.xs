// Says in one line what went wrong, in the words of Jira, and what to do.
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
    var $advice {
      value = ""
    }
    conditional {
      if ($unclear && $input.writes) {
        var.update $advice {
          value = ". It may exist; another run looks for it first, a minute from now"
        }
      }
      elseif ($status == 0 || $status >= 500) {
        var.update $advice {
          value = ". Nothing was created"
        }
      }
      elseif ($status == 401 || $status == 403) {
        var.update $advice {
          value = ". jira_email and jira_api_token must belong to a user who may see the project and create issues in it"
        }
      }
    }
  }
  response = "Cannot " ~ $input.task ~ ": status " ~ $status ~ ", " ~ ($reason
    |substr:0:300
    |rtrim:".") ~ $advice
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
    expect.to_end_with ($response) { value = "Operation timed out. Nothing was created" }
  }
  test "no connection" {
    input = {
      response: {status: 0, result: null, error: {code: 6, message: "Could not resolve host"}}
      task: "create the issue"
      writes: true
    }
    expect.to_end_with ($response) { value = "Could not resolve host. Nothing was created" }
  }
  test "an answer of somebody else" {
    input = {response: {status: 502, result: ""}, task: "create the issue", writes: true}
    expect.to_contain ($response) { value = "status 502, the answer is empty. It may exist" }
  }
}

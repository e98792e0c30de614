// Says in one line what went wrong, in the words of Slack, and what to do.
function slack_failure {
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
          value = ". It may have arrived: look into the channel before you send it again"
        }
      }
      elseif ($reason == "no_service" || $reason == "invalid_token") {
        var.update $advice {
          value = ". slack_webhook_url belongs to no webhook any more; make a new one in the settings of the Slack app"
        }
      }
      elseif ($reason == "channel_is_archived" || $reason == "channel_not_found") {
        var.update $advice {
          value = ". The channel of the webhook is gone; make a webhook for another one"
        }
      }
    }
  }
  response = "Cannot send the message: status " ~ $status ~ ", " ~ ($reason|substr:0:300) ~ $advice
  test "no connection" {
    input = {
      response: {status: 0, result: null, error: {code: 7, message: "Connection refused"}}
    }
    expect.to_equal ($response) {
      value = "Cannot send the message: status 0, no answer, Connection refused. Nothing was sent"
    }
  }
  test "no answer" {
    input = {
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
    }
    expect.to_equal ($response) {
      value = "Cannot send the message: status 0, no answer, Operation timed out. It may have arrived: look into the channel before you send it again"
    }
  }
  test "a webhook that was removed" {
    input = {response: {status: 404, result: "no_service"}}
    expect.to_contain ($response) { value = "status 404, no_service. slack_webhook_url" }
  }
  test "an archived channel" {
    input = {response: {status: 410, result: "channel_is_archived"}}
    expect.to_end_with ($response) { value = "make a webhook for another one" }
  }
  test "a refusal that explains itself" {
    input = {response: {status: 400, result: "invalid_payload"}}
    expect.to_equal ($response) { value = "Cannot send the message: status 400, invalid_payload" }
  }
  test "an empty answer" {
    input = {response: {status: 502, result: ""}}
    expect.to_contain ($response) { value = "status 502, the answer is empty. It may have arrived" }
  }
  test "an answer of somebody else" {
    input = {response: {status: 200, result: {page: "log in"}}}
    expect.to_contain ($response) { value = "{\"page\":\"log in\"}" }
  }
  test "a long answer is cut" {
    input = {response: {status: 400, result: (1..300)|join:""}}
    expect.to_equal ($response) {
      value = "Cannot send the message: status 400, " ~ ((1..300)|join:""|substr:0:300)
    }
  }
  test "the first of the troubles of a server" {
    input = {response: {status: 500, result: "broken"}}
    expect.to_contain ($response) { value = "broken. It may have arrived" }
  }
  test "an unknown refusal" {
    input = {response: {status: 499, result: "refused"}}
    expect.to_end_with ($response) { value = "status 499, refused" }
  }
  test "a host that is not found" {
    input = {
      response: {status: 0, result: null, error: {code: 6, message: "Could not resolve host"}}
    }
    expect.to_contain ($response) { value = "host. Nothing was sent" }
  }
  test "a token that is not valid" {
    input = {response: {status: 403, result: "invalid_token"}}
    expect.to_contain ($response) { value = "invalid_token. slack_webhook_url" }
  }
  test "a channel that was deleted" {
    input = {response: {status: 404, result: "channel_not_found"}}
    expect.to_end_with ($response) { value = "make a webhook for another one" }
  }
}

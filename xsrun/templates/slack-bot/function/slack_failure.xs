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
    var $refusal {
      value = $input.response|get:"result.error"
    }
    conditional {
      if ($status == 0) {
        var $reason {
          value = "no answer, " ~ ($input.response|get:"error.message")
        }
      }
      elseif ($refusal|is_text) {
        var $needed {
          value = $input.response|get:"result.needed"
        }
        var $reason {
          value = $refusal ~ (($needed|is_text) ? (", needed: " ~ $needed) : "")
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
      elseif ($refusal == "not_in_channel" || $refusal == "channel_not_found") {
        var.update $advice {
          value = ". Is it the id of a channel, and was the bot invited to it?"
        }
      }
      elseif ($refusal == "invalid_auth" || $refusal == "not_authed" || $refusal == "token_revoked") {
        var.update $advice {
          value = ". slack_bot_token must hold the Bot User OAuth Token of an installed app"
        }
      }
    }
  }
  response = "Cannot post the message: status " ~ $status ~ ", " ~ ($reason|substr:0:300) ~ $advice
  test "a bot that was not invited" {
    input = {response: {status: 200, result: {ok: false, error: "not_in_channel"}}}
    expect.to_equal ($response) {
      value = "Cannot post the message: status 200, not_in_channel. Is it the id of a channel, and was the bot invited to it?"
    }
  }
  test "a scope that is missing" {
    input = {
      response: {status: 200, result: {ok: false, error: "missing_scope", needed: "chat:write"}}
    }
    expect.to_equal ($response) {
      value = "Cannot post the message: status 200, missing_scope, needed: chat:write"
    }
  }
  test "a token that does not fit" {
    input = {response: {status: 200, result: {ok: false, error: "invalid_auth"}}}
    expect.to_contain ($response) { value = "invalid_auth. slack_bot_token must hold" }
  }
  test "no connection" {
    input = {
      response: {status: 0, result: null, error: {code: 7, message: "Connection refused"}}
    }
    expect.to_end_with ($response) { value = "Connection refused. Nothing was sent" }
  }
  test "no answer" {
    input = {
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
    }
    expect.to_contain ($response) { value = "no answer, Operation timed out. It may have arrived" }
  }
  test "an answer of somebody else" {
    input = {response: {status: 502, result: ""}}
    expect.to_contain ($response) { value = "status 502, the answer is empty" }
  }
  test "a long answer is cut" {
    input = {response: {status: 400, result: (1..300)|join:""}}
    expect.to_equal ($response) {
      value = "Cannot post the message: status 400, " ~ ((1..300)|join:""|substr:0:300)
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
  test "a channel that is not there" {
    input = {response: {status: 200, result: {ok: false, error: "channel_not_found"}}}
    expect.to_end_with ($response) { value = "was the bot invited to it?" }
  }
  test "a token that was not sent" {
    input = {response: {status: 200, result: {ok: false, error: "not_authed"}}}
    expect.to_contain ($response) { value = "not_authed. slack_bot_token must hold" }
  }
  test "a token that was taken back" {
    input = {response: {status: 200, result: {ok: false, error: "token_revoked"}}}
    expect.to_contain ($response) { value = "token_revoked. slack_bot_token must hold" }
  }
}

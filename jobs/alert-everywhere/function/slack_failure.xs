// Says in one line what went wrong, in the words of Slack, and what to do. Never the token.
function slack_failure {
  input {
    json response
    text task
    bool unreadable? {
      description = "Whether the bot may not read the channel, so that nobody can look for the message"
    }
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
    var $needed {
      value = $input.response|get:"result.needed"
    }
    conditional {
      if ($status == 0) {
        var $reason {
          value = "no answer, " ~ ($input.response|get:"error.message")
        }
      }
      elseif ($refusal|is_text) {
        var $reason {
          value = $refusal ~ (($needed|is_text) ? (", needed: " ~ $needed) : "")
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
    var $token {
      value = $env.slack_bot_token|trim
      mock = {"a server that repeats the token is not repeated": "xoxb-test-token"}
    }
    // A server may repeat what it was sent.
    var $shown {
      value = $reason|replace:$token:"***"|substr:0:500|rtrim:"."
    }
    var $code {
      value = $input.response|get:"error.code"
    }
    var $unclear {
      value = $status == 0 || $status == 408 || $status >= 500 || ($status == 200 && !($refusal|is_text))
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
      elseif ($unclear && $input.unreadable) {
        var.update $advice {
          value = ". It may have been posted: look into the channel before you send it again"
        }
      }
      elseif ($unclear) {
        var.update $advice {
          value = ". Whether it was posted is unknown; running the job again with the same input does no harm"
        }
      }
      elseif ($refusal == "not_in_channel" || $refusal == "channel_not_found") {
        var.update $advice {
          value = ". Is it the id of a channel, and was the bot invited to it?"
        }
      }
      elseif (`["invalid_auth", "not_authed", "token_revoked"]|in:$refusal`) {
        var.update $advice {
          value = ". slack_bot_token must hold the Bot User OAuth Token of an installed app"
        }
      }
    }
  }
  response = "Cannot " ~ $input.task ~ ": status " ~ $status ~ ", " ~ $shown ~ $advice
  test "a bot that was not invited" {
    input = {
      task: "post the message"
      response: {status: 200, result: {ok: false, error: "not_in_channel"}}
    }
    expect.to_equal ($response) {
      value = "Cannot post the message: status 200, not_in_channel. Is it the id of a channel, and was the bot invited to it?"
    }
  }
  test "a channel that nobody knows" {
    input = {
      task: "post the message"
      response: {status: 200, result: {ok: false, error: "channel_not_found"}}
    }
    expect.to_equal ($response) {
      value = "Cannot post the message: status 200, channel_not_found. Is it the id of a channel, and was the bot invited to it?"
    }
  }
  test "a scope that is missing" {
    input = {
      task: "post the message"
      response: {status: 200, result: {ok: false, error: "missing_scope", needed: "chat:write"}}
    }
    expect.to_equal ($response) {
      value = "Cannot post the message: status 200, missing_scope, needed: chat:write"
    }
  }
  test "a token that does not fit" {
    input = {
      task: "post the message"
      response: {status: 200, result: {ok: false, error: "invalid_auth"}}
    }
    expect.to_contain ($response) { value = "invalid_auth. slack_bot_token must hold" }
  }
  test "no token" {
    input = {
      task: "post the message"
      response: {status: 200, result: {ok: false, error: "not_authed"}}
    }
    expect.to_contain ($response) { value = "not_authed. slack_bot_token must hold" }
  }
  test "a token that was taken back" {
    input = {
      task: "post the message"
      response: {status: 200, result: {ok: false, error: "token_revoked"}}
    }
    expect.to_contain ($response) { value = "token_revoked. slack_bot_token must hold" }
  }
  test "a server that repeats the token is not repeated" {
    input = {
      task: "post the message"
      response: {status: 400, result: "no access for xoxb-test-token"}
    }
    expect.to_contain ($response) { value = "no access for ***" }
  }
  test "no host" {
    input = {
      task: "post the message"
      response: {status: 0, result: null, error: {code: 6, message: "Host not found"}}
    }
    expect.to_contain ($response) { value = "Host not found. Nothing was sent" }
  }
  test "no connection" {
    input = {
      task: "post the message"
      response: {status: 0, result: null, error: {code: 7, message: "Connection refused."}}
    }
    expect.to_equal ($response) {
      value = "Cannot post the message: status 0, no answer, Connection refused. Nothing was sent; running the job again with the same input does no harm"
    }
  }
  test "no answer" {
    input = {
      task: "post the message"
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
    }
    expect.to_equal ($response) {
      value = "Cannot post the message: status 0, no answer, Operation timed out. Whether it was posted is unknown; running the job again with the same input does no harm"
    }
  }
  test "no answer where nobody can look" {
    input = {
      task: "post the message"
      unreadable: true
      response: {status: 0, result: null, error: {code: 28, message: "Operation timed out"}}
    }
    expect.to_end_with ($response) {
      value = "Operation timed out. It may have been posted: look into the channel before you send it again"
    }
  }
  test "a request that timed out" {
    input = {task: "post the message", response: {status: 408, result: ""}}
    expect.to_contain ($response) { value = "status 408, the answer is empty. Whether" }
  }
  test "a server in trouble" {
    input = {task: "post the message", response: {status: 500, result: null}}
    expect.to_contain ($response) { value = "status 500, the answer is empty. Whether" }
  }
  test "an unknown refusal" {
    input = {task: "post the message", response: {status: 499, result: ""}}
    expect.to_equal ($response) {
      value = "Cannot post the message: status 499, the answer is empty"
    }
  }
  test "a success that cannot be read" {
    input = {task: "post the message", response: {status: 200, result: "<html>"}}
    expect.to_contain ($response) {
      value = "status 200, not the expected answer: \"<html>\". Whether it was posted is unknown"
    }
  }
  test "a long answer is cut" {
    input = {task: "post the message", response: {status: 400, result: (1..300)|join:""}}
    expect.to_equal ($response) {
      value = "Cannot post the message: status 400, " ~ (("not the expected answer: \"" ~ ((1..300)|join:""))|substr:0:500)
    }
  }
}

// Calls chat.postMessage: the answer, whatever it says. Sent again only after Slack surely did nothing.
function slack_request {
  input {
    json message
  }
  stack {
    var $token {
      value = $env.slack_bot_token|trim
      mock = {
        "sent with the token of the bot": "test-token"
        "sent again when there was no connection": "test-token"
        "three attempts at most": "test-token"
        "not sent again when it may have arrived": "test-token"
      }
    }
    conditional {
      if ($token == "") {
        throw {
          name = "SlackError"
          value = "Nothing was sent: slack_bot_token is empty"
        }
      }
    }
    for (3) {
      each as $attempt {
        api.request {
          url = "https://slack.com/api/chat.postMessage"
          method = "POST"
          params = $input.message
          headers = [
            "Authorization: Bearer " ~ $token
            "Content-Type: application/json; charset=utf-8"
          ]
          timeout = 10
          mock = {
            "sent with the token of the bot": {
              response: {status: 200, headers: [], result: {message: $input.message, token: $token}}
            }
            "sent again when there was no connection": {
              response: {
                status: ($attempt == 1) ? 200 : 0
                headers: []
                result: $attempt
                error: {code: 7}
              }
            }
            "three attempts at most": {response: {status: 429, headers: [], result: $attempt}}
            "not sent again when it may have arrived": {
              response: {status: 500, headers: [], result: $attempt}
            }
          }
        } as $answer
        function.run retry_wait {
          input = {response: $answer.response, attempt: $attempt}
        } as $wait
        conditional {
          if ($wait == 0 || $attempt == 2) {
            break
          }
        }
        util.sleep {
          value = $wait
        }
      }
    }
  }
  response = $answer.response
  test "sent with the token of the bot" {
    input = {message: {channel: "C1", text: "Disk full"}}
    expect.to_equal ($response.result) {
      value = {message: {channel: "C1", text: "Disk full"}, token: "test-token"}
    }
  }
  test "sent again when there was no connection" {
    input = {message: {text: "Disk full"}}
    expect.to_equal ($response.status) { value = 200 }
    expect.to_equal ($response.result) { value = 1 }
  }
  test "three attempts at most" {
    input = {message: {text: "Disk full"}}
    expect.to_equal ($response.status) { value = 429 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "not sent again when it may have arrived" {
    input = {message: {text: "Disk full"}}
    expect.to_equal ($response.status) { value = 500 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "without a token nothing is sent" {
    input = {message: {text: "Disk full"}}
    expect.to_throw { value = "Nothing was sent: slack_bot_token is empty" }
    expect.to_throw { value = "SlackError" }
  }
}

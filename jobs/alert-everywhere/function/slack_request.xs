// One call of the Web API: the answer, whatever it says. A message is sent again only after Slack surely did nothing.
function slack_request {
  input {
    enum method {
      values = ["GET", "POST"]
    }
    text call {
      description = "The method of the Web API, with its query"
    }
    json body?
  }
  stack {
    var $token {
      value = $env.slack_bot_token|trim
      mock = {
        "sent with the token of the bot": " test-token\n"|trim
        "sent again when there was no connection": "test-token"
        "three attempts at most": "test-token"
        "waits longer each time": "test-token"
        "a question is asked again": "test-token"
        "not sent again when it may have arrived": "test-token"
        "a token with a blank in it": "test token"
      }
    }
    conditional {
      if (!("/^[!-~]+$/"|regex_matches:$token)) {
        throw {
          name = "SlackError"
          value = "Nothing was sent: slack_bot_token is empty or no token at all; it must be the Bot User OAuth Token of a Slack app"
        }
      }
    }
    var $headers {
      value = [
        "Authorization: Bearer " ~ $token
        "Content-Type: application/json; charset=utf-8"
      ]
    }
    for (3) {
      each as $attempt {
        api.request {
          url = "https://slack.com/api/" ~ $input.call
          method = $input.method
          params = $input.body
          headers = $headers
          timeout = 10
          mock = {
            "sent with the token of the bot": {
              response: {status: 200, headers: [], result: $headers}
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
            "waits longer each time": {response: {status: 503, headers: [], result: now}}
            "a question is asked again": {
              response: {status: ($attempt == 2) ? 200 : 503, headers: [], result: $attempt}
            }
            "not sent again when it may have arrived": {
              response: {status: 500, headers: [], result: $attempt}
            }
          }
        } as $answer
        function.run retry_wait {
          input = {
            response: $answer.response
            attempt: $attempt
            repeatable: $input.method == "GET"
          }
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
    input = {method: "POST", call: "chat.postMessage", body: {channel: "C1", text: "Disk full"}}
    expect.to_equal ($response.result) {
      value = [
        "Authorization: Bearer test-token"
        "Content-Type: application/json; charset=utf-8"
      ]
    }
  }
  test "sent again when there was no connection" {
    input = {method: "POST", call: "chat.postMessage", body: {text: "Disk full"}}
    expect.to_equal ($response.status) { value = 200 }
    expect.to_equal ($response.result) { value = 1 }
  }
  test "three attempts at most" {
    input = {method: "POST", call: "chat.postMessage", body: {text: "Disk full"}}
    expect.to_equal ($response.status) { value = 429 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "waits longer each time" {
    input = {method: "GET", call: "conversations.history"}
    expect.to_equal ($response.result) { value = 1767225603000 }
  }
  test "a question is asked again" {
    input = {method: "GET", call: "conversations.history"}
    expect.to_equal ($response.status) { value = 200 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "not sent again when it may have arrived" {
    input = {method: "POST", call: "chat.postMessage", body: {text: "Disk full"}}
    expect.to_equal ($response.status) { value = 500 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "without a token nothing is sent" {
    input = {method: "POST", call: "chat.postMessage", body: {text: "Disk full"}}
    expect.to_throw { value = "Nothing was sent: slack_bot_token is empty" }
    expect.to_throw { value = "SlackError" }
  }
  test "a token with a blank in it" {
    input = {method: "POST", call: "chat.postMessage", body: {text: "Disk full"}}
    expect.to_throw { value = "no token at all" }
  }
}

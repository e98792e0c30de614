// Posts to the webhook: the answer, whatever its status. Sent again only after Slack surely did nothing.
function slack_request {
  input {
    json message
  }
  stack {
    var $url {
      value = $env.slack_webhook_url|trim
      mock = {
        "posted as JSON": "https://hooks.slack.com/services/T0/B0/TEST"
        "sent again when there was no connection": "https://hooks.slack.com/services/T0/B0/TEST"
        "three attempts at most": "https://hooks.slack.com/services/T0/B0/TEST"
        "not sent again when it may have arrived": "https://hooks.slack.com/services/T0/B0/TEST"
        "another address gets nothing": "https://example.com/services/T0/B0/TEST"
      }
    }
    conditional {
      if (!($url|starts_with:"https://hooks.slack.com/")) {
        throw {
          name = "SlackError"
          value = "Nothing was sent: slack_webhook_url must begin with https://hooks.slack.com/"
        }
      }
    }
    for (3) {
      each as $attempt {
        api.request {
          url = $url
          method = "POST"
          params = $input.message
          headers = ["Content-Type: application/json"]
          timeout = 10
          mock = {
            "posted as JSON": {response: {status: 200, headers: [], result: $input.message}}
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
  test "posted as JSON" {
    input = {message: {text: "Disk full"}}
    expect.to_equal ($response.result) { value = {text: "Disk full"} }
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
  test "another address gets nothing" {
    input = {message: {text: "Disk full"}}
    expect.to_throw { value = "slack_webhook_url must begin with https://hooks.slack.com/" }
  }
  test "without an address nothing is sent" {
    input = {message: {text: "Disk full"}}
    expect.to_throw { value = "Nothing was sent" }
    expect.to_throw { value = "SlackError" }
  }
}

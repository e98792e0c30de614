// Signs and posts a body: the answer, whatever its status. Sent again only after the receiver surely did nothing.
function webhook_request {
  input {
    text body
    text key
  }
  stack {
    var $url {
      value = $env.webhook_url|trim
      mock = {
        "signed and named": "https://example.com/hook"
        "sent again when there was no connection": "https://example.com/hook"
        "waits longer each time": "https://example.com/hook"
        "three attempts at most": "https://example.com/hook"
        "not sent again when it may have arrived": "https://example.com/hook"
        "nothing is sent unencrypted": "http://example.com/hook"
        "without a secret nothing is sent": "https://example.com/hook"
      }
    }
    var $secret {
      value = $env.webhook_secret|trim
      mock = {
        "signed and named": "test-secret"
        "sent again when there was no connection": "test-secret"
        "waits longer each time": "test-secret"
        "three attempts at most": "test-secret"
        "not sent again when it may have arrived": "test-secret"
        "nothing is sent unencrypted": "test-secret"
      }
    }
    conditional {
      if (!($url|starts_with:"https://")) {
        throw {
          name = "WebhookError"
          value = "Nothing was sent: webhook_url must begin with https://"
        }
      }
      elseif ($secret == "") {
        throw {
          name = "WebhookError"
          value = "Nothing was sent: webhook_secret is empty"
        }
      }
    }
    var $headers {
      value = [
        "Content-Type: application/json"
        "Idempotency-Key: " ~ $input.key
        "X-Signature: sha256=" ~ ($input.body|hmac_sha256:$secret)
      ]
    }
    for (3) {
      each as $attempt {
        api.request {
          url = $url
          method = "POST"
          params = $input.body
          headers = $headers
          timeout = 10
          mock = {
            "signed and named": {response: {status: 200, headers: [], result: $headers}}
            "sent again when there was no connection": {
              response: {
                status: ($attempt == 1) ? 200 : 0
                headers: []
                result: $attempt
                error: {code: 7}
              }
            }
            "waits longer each time": {
              response: {status: 0, headers: [], result: now, error: {code: 7}}
            }
            "three attempts at most": {response: {status: 429, headers: [], result: $attempt}}
            "not sent again when it may have arrived": {
              response: {status: 503, headers: [], result: $attempt}
            }
          }
        } as $answer
        // A receiver that heeds Idempotency-Key takes the same event once: then add repeatable: true.
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
  test "signed and named" {
    input = {body: "{}", key: "deploy-12"}
    expect.to_equal ($response.result) {
      value = [
        "Content-Type: application/json"
        "Idempotency-Key: deploy-12"
        "X-Signature: sha256=2f59040b63b7200598444239da2c9a4f3abc5c434259b23126d72514dab8cd09"
      ]
    }
  }
  test "sent again when there was no connection" {
    input = {body: "{}", key: "deploy-12"}
    expect.to_equal ($response.status) { value = 200 }
    expect.to_equal ($response.result) { value = 1 }
  }
  test "three attempts at most" {
    input = {body: "{}", key: "deploy-12"}
    expect.to_equal ($response.status) { value = 429 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "not sent again when it may have arrived" {
    input = {body: "{}", key: "deploy-12"}
    expect.to_equal ($response.status) { value = 503 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "nothing is sent unencrypted" {
    input = {body: "{}", key: "deploy-12"}
    expect.to_throw { value = "Nothing was sent: webhook_url must begin with https://" }
    expect.to_throw { value = "WebhookError" }
  }
  test "without a secret nothing is sent" {
    input = {body: "{}", key: "deploy-12"}
    expect.to_throw { value = "Nothing was sent: webhook_secret is empty" }
    expect.to_throw { value = "WebhookError" }
  }
  test "waits longer each time" {
    input = {body: "{}", key: "deploy-12"}
    expect.to_equal ($response.result) { value = 1767225603000 }
  }
}

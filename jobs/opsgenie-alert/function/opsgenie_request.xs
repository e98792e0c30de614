// One call of the alert API: the answer, whatever its status. The alias makes another attempt harmless.
function opsgenie_request {
  input {
    text path
    json body
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    var $key {
      value = $env.opsgenie_api_key|trim
      mock = {
        "sent to the account of the region": "test-key"
        "waits longer each time": "test-key"
        "sent to the American account unless told otherwise": "test-key"
        "tried again until it is taken in": "test-key"
        "three attempts at most": "test-key"
        "a refusal is not tried again": "test-key"
      }
    }
    conditional {
      if ($key == "") {
        throw {
          name = "OpsgenieError"
          value = "Nothing was sent: opsgenie_api_key is empty"
        }
      }
    }
    var $base {
      value = ($input.region == "eu") ? "https://api.eu.opsgenie.com" : "https://api.opsgenie.com"
    }
    for (3) {
      each as $attempt {
        api.request {
          url = $base ~ $input.path
          method = "POST"
          params = $input.body
          headers = ["Authorization: GenieKey " ~ $key, "Content-Type: application/json"]
          timeout = 10
          mock = {
            "sent to the account of the region": {
              response: {status: 202, headers: [], result: [$base, $input.path, $key, $input.body]}
            }
            "waits longer each time": {response: {status: 503, headers: [], result: now}}
            "sent to the American account unless told otherwise": {
              response: {status: 202, headers: [], result: $base ~ $input.path}
            }
            "tried again until it is taken in": {
              response: {status: ($attempt == 2) ? 202 : 0, headers: []}
            }
            "three attempts at most": {response: {status: 429, headers: [], result: $attempt}}
            "a refusal is not tried again": {response: {status: 401, headers: [], result: $attempt}}
          }
        } as $answer
        function.run retry_wait {
          input = {response: $answer.response, attempt: $attempt, repeatable: true}
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
  test "sent to the account of the region" {
    input = {path: "/v2/alerts", body: {message: "Disk full"}, region: "eu"}
    expect.to_equal ($response.result) {
      value = ["https://api.eu.opsgenie.com", "/v2/alerts", "test-key", {message: "Disk full"}]
    }
  }
  test "tried again until it is taken in" {
    input = {path: "/v2/alerts", body: {}}
    expect.to_equal ($response.status) { value = 202 }
  }
  test "three attempts at most" {
    input = {path: "/v2/alerts", body: {}}
    expect.to_equal ($response.status) { value = 429 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "a refusal is not tried again" {
    input = {path: "/v2/alerts", body: {}}
    expect.to_equal ($response.status) { value = 401 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "without a key nothing is sent" {
    input = {path: "/v2/alerts", body: {}}
    expect.to_throw { value = "Nothing was sent: opsgenie_api_key is empty" }
  }
  test "waits longer each time" {
    input = {path: "/v2/alerts", body: {}}
    expect.to_equal ($response.result) { value = 1767225603000 }
  }
  test "sent to the American account unless told otherwise" {
    input = {path: "/v2/alerts", body: {}}
    expect.to_equal ($response.result) { value = "https://api.opsgenie.com/v2/alerts" }
  }
}

// One call of the Statuspage API: the answer, whatever its status. A write is sent again only after Statuspage surely
// did nothing.
function statuspage_request {
  input {
    enum method {
      values = ["GET", "POST", "PATCH"]
    }
    text path
    json body?
  }
  stack {
    var $key {
      value = $env.statuspage_api_key|trim
      mock = {
        "sent with the key": "test-key"
        "a question is asked again": "test-key"
        "waits longer each time": "test-key"
        "a write is not sent again when it may have arrived": "test-key"
        "three attempts at most": "test-key"
        "a key with a blank in it": "test key"
      }
    }
    conditional {
      if (!("/^[!-~]+$/"|regex_matches:$key)) {
        throw {
          name = "StatuspageError"
          value = "Nothing was sent: statuspage_api_key is empty or no key at all; it must be an API key of a user who manages the page"
        }
      }
    }
    var $headers {
      value = ["Authorization: OAuth " ~ $key, "Content-Type: application/json"]
    }
    for (3) {
      each as $attempt {
        api.request {
          url = "https://api.statuspage.io/v1" ~ $input.path
          method = $input.method
          params = $input.body
          headers = $headers
          timeout = 10
          mock = {
            "sent with the key": {response: {status: 200, headers: [], result: $headers}}
            "a question is asked again": {
              response: {status: ($attempt == 2) ? 200 : 0, headers: [], result: $attempt}
            }
            "waits longer each time": {response: {status: 503, headers: [], result: now}}
            "a write is not sent again when it may have arrived": {
              response: {status: 503, headers: [], result: $attempt}
            }
            "three attempts at most": {response: {status: 429, headers: [], result: $attempt}}
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
  test "sent with the key" {
    input = {method: "GET", path: "/pages/p1/incidents/unresolved"}
    expect.to_equal ($response.result) {
      value = ["Authorization: OAuth test-key", "Content-Type: application/json"]
    }
  }
  test "a question is asked again" {
    input = {method: "GET", path: "/pages/p1/incidents/unresolved"}
    expect.to_equal ($response.status) { value = 200 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "waits longer each time" {
    input = {method: "GET", path: "/pages/p1/incidents/unresolved"}
    expect.to_equal ($response.result) { value = 1767225603000 }
  }
  test "a write is not sent again when it may have arrived" {
    input = {method: "POST", path: "/pages/p1/incidents"}
    expect.to_equal ($response.status) { value = 503 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "three attempts at most" {
    input = {method: "POST", path: "/pages/p1/incidents"}
    expect.to_equal ($response.status) { value = 429 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "without a key nothing is sent" {
    input = {method: "GET", path: "/pages/p1/incidents/unresolved"}
    expect.to_throw { value = "Nothing was sent: statuspage_api_key is empty" }
    expect.to_throw { value = "StatuspageError" }
  }
  test "a key with a blank in it" {
    input = {method: "GET", path: "/pages/p1/incidents/unresolved"}
    expect.to_throw { value = "no key at all" }
  }
}

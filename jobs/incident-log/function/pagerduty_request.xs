// One call of the REST API: the answer whatever its status. What may pass by itself is tried three times, but for calls
// that must not be repeated.
function pagerduty_request {
  input {
    enum method {
      values = ["GET", "POST", "PUT"]
    }
    text path
    json body?
    email from?
    enum region?=us {
      values = ["us", "eu"]
    }
    bool repeat?=true
  }
  stack {
    var $key {
      value = $env.pagerduty_api_key|trim
      mock = {
        "sent to the account of the region": "u+TESTTESTTESTTEST01"
        "tried again until it is answered": "u+TESTTESTTESTTEST01"
        "tried three times and no more": "u+TESTTESTTESTTEST01"
        "a refusal is not tried again": "u+TESTTESTTESTTEST01"
        "an answer that never comes": "u+TESTTESTTESTTEST01"
        "sent to the American account unless told otherwise": "u+TESTTESTTESTTEST01"
        "waits longer each time": "u+TESTTESTTESTTEST01"
        "tried once where repeating would do harm": "u+TESTTESTTESTTEST01"
      }
    }
    conditional {
      if (!("/^[!-~]+$/"|regex_matches:$key)) {
        throw {
          name = "PagerDutyAPIError"
          value = "Nothing was sent: pagerduty_api_key is empty or no key at all; it must be a REST API key of PagerDuty (20 characters)"
        }
      }
    }
    var $headers {
      value = [
        "Authorization: Token token=" ~ $key
        "Accept: application/vnd.pagerduty+json;version=2"
        "Content-Type: application/json"
      ]
    }
    conditional {
      if ($input.from != "") {
        array.push $headers {
          value = "From: " ~ $input.from
        }
      }
    }
    var $base {
      value = ($input.region == "eu") ? "https://api.eu.pagerduty.com" : "https://api.pagerduty.com"
    }
    for (3) {
      each as $attempt {
        api.request {
          url = $base ~ $input.path
          method = $input.method
          params = $input.body
          headers = $headers
          timeout = 10
          mock = {
            "sent to the account of the region": {
              response: {
                status: 200
                headers: []
                result: {url: $base ~ $input.path, headers: $headers}
              }
            }
            "sent to the American account unless told otherwise": {
              response: {
                status: 200
                headers: []
                result: {url: $base ~ $input.path, headers: $headers}
              }
            }
            "waits longer each time": {response: {status: 503, headers: [], result: now}}
            "tried again until it is answered": {
              response: {status: ($attempt == 2) ? 200 : 503, headers: []}
            }
            "tried three times and no more": {
              response: {status: 429, headers: ["Retry-After: 3"], result: $attempt}
            }
            "a refusal is not tried again": {response: {status: 400, headers: [], result: $attempt}}
            "tried once where repeating would do harm": {
              response: {status: 503, headers: [], result: $attempt}
            }
            "an answer that never comes": {
              response: {
                status: 0
                headers: []
                result: null
                error: {code: 28, message: "Operation timed out"}
              }
            }
          }
        } as $answer
        function.run retry_wait {
          input = {response: $answer.response, attempt: $attempt, repeatable: true}
        } as $wait
        conditional {
          if ($wait == 0 || $attempt == 2 || !$input.repeat) {
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
    input = {method: "POST", path: "/incidents", from: "ada@example.com", region: "eu"}
    expect.to_equal ($response.result.url) { value = "https://api.eu.pagerduty.com/incidents" }
    expect.to_contain ($response.result.headers) { value = "From: ada@example.com" }
    expect.to_contain ($response.result.headers) {
      value = "Authorization: Token token=u+TESTTESTTESTTEST01"
    }
  }
  test "tried again until it is answered" {
    input = {method: "GET", path: "/incidents"}
    expect.to_equal ($response.status) { value = 200 }
  }
  test "tried three times and no more" {
    input = {method: "GET", path: "/incidents"}
    expect.to_equal ($response.status) { value = 429 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "tried once where repeating would do harm" {
    input = {method: "POST", path: "/incidents/1/notes", repeat: false}
    expect.to_equal ($response.status) { value = 503 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "a refusal is not tried again" {
    input = {method: "PUT", path: "/incidents/1"}
    expect.to_equal ($response.status) { value = 400 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "an answer that never comes" {
    input = {method: "GET", path: "/incidents"}
    expect.to_equal ($response.error.message) { value = "Operation timed out" }
  }
  test "without a key nothing is sent" {
    input = {method: "GET", path: "/incidents"}
    expect.to_throw { value = "Nothing was sent: pagerduty_api_key is empty" }
    expect.to_throw { value = "PagerDutyAPIError" }
  }
  test "sent to the American account unless told otherwise" {
    input = {method: "GET", path: "/incidents"}
    expect.to_equal ($response.result) {
      value = {
        url: "https://api.pagerduty.com/incidents"
        headers: [
          "Authorization: Token token=u+TESTTESTTESTTEST01"
          "Accept: application/vnd.pagerduty+json;version=2"
          "Content-Type: application/json"
        ]
      }
    }
  }
  test "waits longer each time" {
    input = {method: "GET", path: "/incidents"}
    expect.to_equal ($response.result) { value = 1767225603000 }
  }
}

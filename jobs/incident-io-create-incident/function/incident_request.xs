// One call of the API of incident.io: the answer whatever its status. What may pass by itself is tried three times, so
// the body must hold a key by which incident.io knows it again.
function incident_request {
  input {
    text path
    json body
  }
  stack {
    var $key {
      value = $env.incident_io_api_key|trim
      mock = {
        "sent with the key of the account": "test-key"
        "tried again until it is answered": "test-key"
        "tried three times and no more": "test-key"
        "waits longer each time": "test-key"
        "a refusal is not tried again": "test-key"
      }
    }
    conditional {
      if (!("/^[!-~]+$/"|regex_matches:$key)) {
        throw {
          name = "IncidentIoAPIError"
          value = "Nothing was sent: incident_io_api_key is empty or no key at all; it must be an API key of incident.io"
        }
      }
    }
    for (3) {
      each as $attempt {
        api.request {
          url = "https://api.incident.io" ~ $input.path
          method = "POST"
          params = $input.body
          headers = ["Authorization: Bearer " ~ $key, "Content-Type: application/json"]
          timeout = 10
          mock = {
            "sent with the key of the account": {
              response: {status: 200, headers: [], result: {body: $input.body, key: $key}}
            }
            "waits longer each time": {response: {status: 503, headers: [], result: now}}
            "tried again until it is answered": {
              response: {status: ($attempt == 2) ? 200 : 0, headers: []}
            }
            "tried three times and no more": {
              response: {status: 503, headers: [], result: $attempt}
            }
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
  test "sent with the key of the account" {
    input = {path: "/v2/incidents", body: {name: "Disk full"}}
    expect.to_equal ($response.result) {
      value = {body: {name: "Disk full"}, key: "test-key"}
    }
  }
  test "tried again until it is answered" {
    input = {path: "/v2/incidents", body: {}}
    expect.to_equal ($response.status) { value = 200 }
  }
  test "tried three times and no more" {
    input = {path: "/v2/incidents", body: {}}
    expect.to_equal ($response.status) { value = 503 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "a refusal is not tried again" {
    input = {path: "/v2/incidents", body: {}}
    expect.to_equal ($response.status) { value = 401 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "without a key nothing is sent" {
    input = {path: "/v2/incidents", body: {}}
    expect.to_throw { value = "Nothing was sent: incident_io_api_key is empty" }
    expect.to_throw { value = "IncidentIoAPIError" }
  }
  test "waits longer each time" {
    input = {path: "/v2/incidents", body: {}}
    expect.to_equal ($response.result) { value = 1767225603000 }
  }
}

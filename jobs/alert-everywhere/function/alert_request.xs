// One alert event: the answer whatever its status. What may pass by itself is tried three times.
function alert_request {
  input {
    text alert_source_config_id
    json event
  }
  stack {
    var $token {
      value = $env.incident_io_api_token|trim
      mock = {
        "sent with the secret of the source": "test-token"
        "tried again until it is taken in": "test-token"
        "tried three times and no more": "test-token"
        "waits longer each time": "test-token"
        "a refusal is not tried again": "test-token"
      }
    }
    conditional {
      if (!("/^[!-~]+$/"|regex_matches:$token)) {
        throw {
          name = "IncidentIoAPIError"
          value = "Nothing was sent: incident_io_api_token is empty or no secret at all; it must be the secret of the alert source"
        }
      }
    }
    for (3) {
      each as $attempt {
        api.request {
          url = "https://api.incident.io/v2/alert_events/http/" ~ ($input.alert_source_config_id|url_encode_rfc3986)
          method = "POST"
          params = $input.event
          headers = ["Authorization: Bearer " ~ $token, "Content-Type: application/json"]
          timeout = 10
          mock = {
            "sent with the secret of the source": {
              response: {status: 202, headers: [], result: {event: $input.event, token: $token}}
            }
            "waits longer each time": {response: {status: 503, headers: [], result: now}}
            "tried again until it is taken in": {
              response: {status: ($attempt == 2) ? 202 : 0, headers: []}
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
  test "sent with the secret of the source" {
    input = {alert_source_config_id: "S1", event: {title: "Disk full"}}
    expect.to_equal ($response.result) {
      value = {event: {title: "Disk full"}, token: "test-token"}
    }
  }
  test "tried again until it is taken in" {
    input = {alert_source_config_id: "S1", event: {}}
    expect.to_equal ($response.status) { value = 202 }
  }
  test "tried three times and no more" {
    input = {alert_source_config_id: "S1", event: {}}
    expect.to_equal ($response.status) { value = 503 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "a refusal is not tried again" {
    input = {alert_source_config_id: "S1", event: {}}
    expect.to_equal ($response.status) { value = 401 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "without a secret nothing is sent" {
    input = {alert_source_config_id: "S1", event: {}}
    expect.to_throw { value = "Nothing was sent: incident_io_api_token is empty" }
    expect.to_throw { value = "IncidentIoAPIError" }
  }
  test "waits longer each time" {
    input = {alert_source_config_id: "S1", event: {}}
    expect.to_equal ($response.result) { value = 1767225603000 }
  }
}

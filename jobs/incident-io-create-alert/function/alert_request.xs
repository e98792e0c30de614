// One alert event: the answer whatever its status. What may pass by itself is tried three times.
function alert_request {
  input {
    text alert_source_config_id
    json event
  }
  stack {
    var $token {
      value = $env.incident_io_api_token|trim
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
}

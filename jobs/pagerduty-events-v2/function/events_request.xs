// One event: the answer whatever its status. What may pass by itself is tried three times.
function events_request {
  input {
    json event
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    var $key {
      value = $env.pagerduty_routing_key|trim
    }
    conditional {
      if ($key == "") {
        throw {
          name = "PagerDutyAPIError"
          value = "Nothing was sent: pagerduty_routing_key is empty; it must be the integration key of a service (32 characters)"
        }
      }
    }
    var $base {
      value = ($input.region == "eu") ? "https://events.eu.pagerduty.com" : "https://events.pagerduty.com"
    }
    for (3) {
      each as $attempt {
        api.request {
          url = $base ~ "/v2/enqueue"
          method = "POST"
          params = $input.event|set:"routing_key":$key
          headers = ["Content-Type: application/json"]
          timeout = 10
        } as $answer
        // PagerDuty counts events over a minute and asks for half a minute between attempts.
        function.run retry_wait {
          input = {response: $answer.response, attempt: $attempt, crowded: 30}
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

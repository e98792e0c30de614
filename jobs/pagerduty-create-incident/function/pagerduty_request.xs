// One call of the REST API: the answer whatever its status. What may pass by itself is tried three times.
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
  }
  stack {
    var $key {
      value = $env.pagerduty_api_key|trim
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

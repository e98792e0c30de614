// Says in one line what went wrong: status, type and errors of incident.io, and what to do. Never the secret.
function alert_failure {
  input {
    json response
  }
  stack {
    var $status {
      value = $input.response.status
    }
    var $answer {
      value = $input.response.result
    }
    conditional {
      if ($status == 0) {
        var $reason {
          value = "no answer, " ~ ($input.response|get:"error.message")
        }
      }
      elseif ($answer|get:"errors.0.message"|is_text) {
        var $errors {
          value = $answer.errors|map:($$|get:"message") ~ " [" ~ ($$|get:"code") ~ "] " ~ ($$|get:"source.field")
        }
        var $request {
          value = "request " ~ ($answer|get:"request_id")
        }
        var $parts {
          value = [$answer|get:"type", $errors|map:($$|trim)|join:"; ", $request]
        }
        var $reason {
          value = $parts|filter_empty|join:", "
        }
      }
      elseif ($answer == "") {
        var $reason {
          value = "the answer is empty"
        }
      }
      else {
        var $reason {
          value = "not the expected answer: " ~ ($answer|json_encode)
        }
      }
    }
    // A server may repeat what it was sent.
    var $shown {
      value = $reason|replace:($env.incident_io_api_token|trim):"***"|substr:0:500|rtrim:"."
    }
    var $advice {
      value = ""
    }
    conditional {
      if ($status == 401) {
        var.update $advice {
          value = ". incident_io_api_token must hold the secret of this alert source, which is another one than an API key"
        }
      }
      elseif ($status == 404) {
        var.update $advice {
          value = ". Is alert_source_config_id the id of an HTTP alert source?"
        }
      }
      elseif ($status == 0 || $status == 408 || $status >= 500) {
        var.update $advice {
          value = ". Whether it was taken in is unknown; running the job again with the same input does no harm"
        }
      }
    }
  }
  response = "Cannot send the alert: status " ~ $status ~ ", " ~ $shown ~ $advice
}

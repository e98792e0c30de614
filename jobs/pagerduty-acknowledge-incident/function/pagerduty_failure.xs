// Says in one line what went wrong: status, code, message and details of PagerDuty, and what to do. Never the key.
function pagerduty_failure {
  input {
    json response
    text task
  }
  stack {
    var $status {
      value = $input.response.status
    }
    var $answer {
      value = $input.response.result
    }
    var $failure {
      value = $input.response|get:"result.error"
    }
    conditional {
      if ($status == 0) {
        var $reason {
          value = "no answer, " ~ ($input.response|get:"error.message")
        }
      }
      elseif ($failure|is_object) {
        var $errors {
          value = $failure|get:"errors":[]
        }
        var $details {
          value = ($errors|is_array) ? ($errors|join:"; ") : ($errors|json_encode)
        }
        var $parts {
          value = ["code " ~ ($failure|get:"code":"none"), $failure|get:"message", $details]
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
    var $key {
      value = $env.pagerduty_api_key|trim
    }
    // A server may repeat what it was sent.
    var $shown {
      value = $reason|replace:$key:"***"|substr:0:500|rtrim:"."
    }
    var $length {
      value = $key|strlen
    }
    var $advice {
      value = ""
    }
    conditional {
      if ($status == 401) {
        var.update $advice {
          value = ". pagerduty_api_key must hold a REST API key (20 characters); this one has " ~ $length
        }
        conditional {
          if ($length == 32) {
            var.update $advice {
              value = $advice ~ ", like the integration key (routing key) of the Events API"
            }
          }
        }
      }
      elseif ($reason|contains:"\"From\" header") {
        var.update $advice {
          value = ". Give the e-mail address of a user of the account as the input from"
        }
      }
      elseif ($status == 0 || $status == 408 || $status >= 500) {
        var.update $advice {
          value = ". Whether it was carried out is unknown; running the job again with the same input does no harm"
        }
      }
    }
  }
  response = "Cannot " ~ $input.task ~ ": status " ~ $status ~ ", " ~ $shown ~ $advice
}

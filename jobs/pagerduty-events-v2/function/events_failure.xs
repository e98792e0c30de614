// Says in one line what went wrong: status, message and details of PagerDuty, and what to do. Never the key.
function events_failure {
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
    conditional {
      if ($status == 0) {
        var $reason {
          value = "no answer, " ~ ($input.response|get:"error.message")
        }
      }
      elseif ($status != 202 && ($answer|is_object)) {
        var $errors {
          value = $answer|get:"errors":[]
        }
        var $details {
          value = ($errors|is_array) ? ($errors|join:"; ") : ($errors|json_encode)
        }
        var $parts {
          value = [$answer|get:"status", $answer|get:"message", $details]
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
      value = $env.pagerduty_routing_key|trim
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
      if ($reason|icontains:"routing") {
        var.update $advice {
          value = ". pagerduty_routing_key must hold the integration key of a service (32 characters); this one has " ~ $length
        }
        conditional {
          if ($length == 20) {
            var.update $advice {
              value = $advice ~ ", like a REST API key"
            }
          }
        }
      }
      elseif ($status == 0 || $status >= 500) {
        var.update $advice {
          value = ". Whether it was taken in is unknown; running the job again with the same input does no harm"
        }
      }
    }
  }
  response = "Cannot " ~ $input.task ~ ": status " ~ $status ~ ", " ~ $shown ~ $advice
}

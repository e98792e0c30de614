// Triggers, acknowledges or resolves an alert by routing key.
function send_event {
  description = "Send an alert event to PagerDuty; the same cause triggers one alert, and the same input resolves it"
  input {
    enum event_action?=trigger {
      values = ["trigger", "acknowledge", "resolve"]
    }
    text summary? filters=trim {
      description = "What is wrong, in one line"
    }
    text source? filters=trim {
      description = "What it is wrong with, e.g. a host name"
    }
    enum severity?=error {
      values = ["critical", "error", "warning", "info"]
    }
    text dedup_key? filters=trim {
      description = "Name of the cause; derived from source and summary when not given"
    }
    text timestamp? {
      description = "When it was noticed, ISO 8601"
    }
    text component?
    text group?
    text class?
    json custom_details? {
      description = "An object with anything that helps"
    }
    json links? {
      description = "A list of {href, text}"
    }
    json images? {
      description = "A list of {src, href, alt}"
    }
    text client?
    text client_url?
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    // A trigger without a key is a new alert each time it is sent, so a repeated request would page again.
    var $cause {
      value = $input.source ~ "\n" ~ $input.summary
    }
    var $event {
      value = {event_action: $input.event_action}
    }
    conditional {
      if ($input.dedup_key != "") {
        var.update $event {
          value = $event|set:"dedup_key":$input.dedup_key
        }
      }
      elseif ($input.summary != "") {
        var.update $event {
          value = $event|set:"dedup_key":("xs-" ~ ($cause|sha256))
        }
      }
    }
    conditional {
      if ($input.event_action == "trigger") {
        var $payload {
          value = `$input|pick:["summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details"]`
        }
        var $extras {
          value = `$input|pick:["links", "images", "client", "client_url"]`
        }
        var.update $event {
          value = $event|merge:($extras|filter_empty)|set:"payload":($payload|filter_empty)
        }
      }
    }
    function.run events_request {
      input = {event: $event, region: $input.region}
    } as $answer
    conditional {
      if ($answer.status != 202 || !($answer.result|is_object)) {
        function.run events_failure {
          input = {response: $answer, task: $input.event_action ~ " the alert"}
        } as $message
        throw {
          name = "PagerDutyAPIError"
          value = $message
        }
      }
    }
  }
  response = $answer.result|pick:["status", "message", "dedup_key"]
}

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
      mock = {
        "a trigger says what is wrong": {
          status: 202
          result: {status: "success", message: $event, dedup_key: $event|get:"dedup_key"}
        }
        "the same cause resolves what it triggered": {
          status: 202
          result: {status: "success", message: $event, dedup_key: $event|get:"dedup_key"}
        }
        "a given key wins": {
          status: 202
          result: {status: "success", message: $event, dedup_key: $event|get:"dedup_key"}
        }
        "an event that is refused": {
          status: 400
          result: {
            status: "invalid event"
            message: "Event object is invalid"
            errors: ["'payload.source' is missing or blank"]
          }
        }
        "a success that is no answer": {status: 202, result: "<html>"}
        "an unclear attempt says that another run does no harm": {
          status: 0
          result: null
          error: {message: "Operation timed out"}
        }
      }
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
  test "a trigger says what is wrong" {
    input = {summary: " Disk full ", source: "db-1", custom_details: {used: 98}, client: "cron"}
    expect.to_equal ($response.message.payload) {
      value = {summary: "Disk full", source: "db-1", severity: "error", custom_details: {used: 98}}
    }
    expect.to_equal ($response.message.client) { value = "cron" }
    expect.to_equal ($response.message.event_action) { value = "trigger" }
    expect.to_equal ($response.dedup_key) {
      value = "xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb"
    }
  }
  test "the same cause resolves what it triggered" {
    input = {event_action: "resolve", summary: "Disk full", source: "db-1"}
    expect.to_equal ($response.dedup_key) {
      value = "xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb"
    }
    expect.to_not_be_defined ($response.message.payload)
  }
  test "a given key wins" {
    input = {event_action: "acknowledge", summary: "Disk full", dedup_key: "disk"}
    expect.to_equal ($response.dedup_key) { value = "disk" }
  }
  test "an event that is refused" {
    input = {summary: "Disk full"}
    expect.to_throw {
      value = "Cannot trigger the alert: status 400, invalid event, Event object is invalid"
    }
  }
  test "a success that is no answer" {
    input = {summary: "Disk full", source: "db-1"}
    expect.to_throw { value = "not the expected answer" }
  }
  test "an unclear attempt says that another run does no harm" {
    input = {summary: "Disk full", source: "db-1"}
    expect.to_throw { value = "does no harm" }
  }
  test "a severity that does not exist" {
    input = {summary: "Disk full", source: "db-1", severity: "high"}
    expect.to_throw { value = "not one of the allowable values" }
  }
}

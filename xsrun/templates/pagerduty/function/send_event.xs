// Triggers, acknowledges or resolves one alert. The same cause is the same alert, however often it is sent.
function send_event {
  description = "Send an alert event to PagerDuty"
  input {
    text summary filters=trim|min:1|max:1024 {
      description = "What is wrong, in one line"
    }
    text source filters=trim|min:1 {
      description = "What it is wrong with, e.g. a host name"
    }
    enum severity?=error {
      values = ["critical", "error", "warning", "info"]
    }
    enum event_action?=trigger {
      values = ["trigger", "acknowledge", "resolve"]
    }
    text dedup_key? filters=trim|max:255 {
      description = "Name of the cause; derived from source and summary when not given"
    }
    json details? {
      description = "An object with anything that helps"
    }
  }
  stack {
    // Without a key every attempt would be an alert of its own, and page again.
    var $cause {
      value = $input.source ~ "\n" ~ $input.summary
    }
    var $key {
      value = ($input.dedup_key != "") ? $input.dedup_key : ("xs-" ~ ($cause|sha256))
    }
    var $payload {
      value = {summary: $input.summary, source: $input.source, severity: $input.severity}
        |set_ifnotempty:"custom_details":$input.details
    }
    function.run pagerduty_request {
      input = {
        event: {event_action: $input.event_action, dedup_key: $key, payload: $payload}
      }
      mock = {
        "the key is derived from the cause": {
          status: 202
          headers: []
          result: {status: "success", message: "Event processed", dedup_key: $key}
        }
        "the same cause resolves what it triggered": {
          status: 202
          headers: []
          result: {status: "success", message: "Event processed", dedup_key: $key}
        }
        "a given key wins": {
          status: 202
          headers: []
          result: {status: "success", message: $payload, dedup_key: $key}
        }
        "a refusal has the words of PagerDuty": {
          status: 400
          headers: []
          result: {
            status: "invalid event"
            message: "Event object is invalid"
            errors: ["Length of 'routing_key' is incorrect (should be 32 characters)"]
          }
        }
        "a success that is none": {status: 202, headers: [], result: "<html>"}
        "no answer": {
          status: 0
          headers: []
          result: null
          error: {code: 28, message: "Operation timed out"}
        }
      }
    } as $answer
    conditional {
      if ($answer.status != 202 || !($answer.result|is_object)) {
        function.run pagerduty_failure {
          input = {response: $answer}
        } as $message
        throw {
          name = "PagerDutyError"
          value = $message
        }
      }
    }
  }
  response = $answer.result|pick:["status", "message", "dedup_key"]
  test "the key is derived from the cause" {
    input = {summary: " Disk full ", source: "db-1"}
    expect.to_equal ($response) {
      value = {
        status: "success"
        message: "Event processed"
        dedup_key: "xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb"
      }
    }
  }
  test "the same cause resolves what it triggered" {
    input = {summary: "Disk full", source: "db-1", event_action: "resolve"}
    expect.to_equal ($response.dedup_key) {
      value = "xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb"
    }
  }
  test "a given key wins" {
    input = {summary: "Disk full", source: "db-1", dedup_key: "disk", details: {used: 98}}
    expect.to_equal ($response.dedup_key) { value = "disk" }
    expect.to_equal ($response.message.custom_details) { value = {used: 98} }
  }
  test "a refusal has the words of PagerDuty" {
    input = {summary: "Disk full", source: "db-1"}
    expect.to_throw { value = "status 400, Event object is invalid, Length of 'routing_key'" }
  }
  test "a success that is none" {
    input = {summary: "Disk full", source: "db-1"}
    expect.to_throw { value = "status 202, <html>" }
  }
  test "no answer" {
    input = {summary: "Disk full", source: "db-1"}
    expect.to_throw { value = "does no harm" }
  }
  test "a severity that does not exist" {
    input = {summary: "Disk full", source: "db-1", severity: "high"}
    expect.to_throw { value = "not one of the allowable values" }
  }
  test "a summary is needed" {
    input = {source: "db-1"}
    expect.to_throw { value = "Missing param: summary" }
  }
  test "a source is needed" {
    input = {summary: "Disk full"}
    expect.to_throw { value = "Missing param: source" }
  }
}

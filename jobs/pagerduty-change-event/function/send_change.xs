// Tells PagerDuty of a change, such as a deployment. Pages nobody.
function send_change {
  description = "Send a change event to PagerDuty; it stands beside the incidents that follow and pages nobody"
  input {
    text summary filters=trim|min:1 {
      description = "What was changed, in one line"
    }
    text source? filters=trim {
      description = "Where the change was made, e.g. the name of a pipeline"
    }
    text timestamp? {
      description = "When it was made, ISO 8601"
    }
    json custom_details? {
      description = "An object with anything that helps"
    }
    json links? {
      description = "A list of {href, text}"
    }
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    var $payload {
      value = `$input|pick:["summary", "source", "timestamp", "custom_details"]`
    }
    var $event {
      value = {payload: $payload|filter_empty}
    }
    conditional {
      if (($input.links|count) > 0) {
        var.update $event {
          value = $event|set:"links":$input.links
        }
      }
    }
    function.run events_request {
      input = {event: $event, change: true, region: $input.region}
      mock = {
        "a change is told": {
          status: 202
          result: {status: "success", message: $event}
        }
        "what is empty is left out": {
          status: 202
          result: {status: "success", message: $event}
        }
        "a change that is refused": {
          status: 400
          result: {
            status: "invalid event"
            message: "Event object is invalid"
            errors: ["'payload.timestamp' is invalid"]
          }
        }
        "a success that is no answer": {status: 202, result: "<html>"}
        "a change that may have arrived": {
          status: 0
          result: null
          error: {message: "Operation timed out"}
        }
      }
    } as $answer
    // A change has no key: whoever takes a 202 for a failure and runs the job again tells it twice.
    conditional {
      if ($answer.status != 202) {
        function.run events_failure {
          input = {response: $answer, task: "tell the change"}
        } as $message
        throw {
          name = "PagerDutyAPIError"
          value = $message
        }
      }
    }
  }
  response = ($answer.result|is_object) ? ($answer.result|pick:["status", "message"]) : {
    status: "success"
    message: null
  }
  test "a change is told" {
    input = {
      summary: " Deployed web 4.2 "
      source: "pipeline"
      timestamp: "2026-01-01T12:00:00Z"
      custom_details: {commit: "4f2a90c"}
      links: [{href: "https://example.com/4f2a90c", text: "Commit"}]
    }
    expect.to_equal ($response.message) {
      value = {
        payload: {
          summary: "Deployed web 4.2"
          source: "pipeline"
          timestamp: "2026-01-01T12:00:00Z"
          custom_details: {commit: "4f2a90c"}
        }
        links: [{href: "https://example.com/4f2a90c", text: "Commit"}]
      }
    }
  }
  test "what is empty is left out" {
    input = {summary: "Deployed web 4.2"}
    expect.to_equal ($response.message) {
      value = {payload: {summary: "Deployed web 4.2"}}
    }
  }
  test "a change that is refused" {
    input = {summary: "Deployed web 4.2", timestamp: "yesterday"}
    expect.to_throw {
      value = "Cannot tell the change: status 400, invalid event, Event object is invalid, 'payload.timestamp' is invalid"
    }
  }
  test "a success that is no answer" {
    input = {summary: "Deployed web 4.2"}
    expect.to_equal ($response) {
      value = {status: "success", message: null}
    }
  }
  test "a change that may have arrived" {
    input = {summary: "Deployed web 4.2"}
    expect.to_throw { value = "Whether it was taken in is unknown" }
  }
  test "a change is called something" {
    input = {summary: " "}
    expect.to_throw
  }
}

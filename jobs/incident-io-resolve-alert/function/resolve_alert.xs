// Resolves the alert that was fired with the same key, or for the same source and title.
function resolve_alert {
  description = "Resolve an incident.io alert"
  input {
    text alert_source_config_id filters=trim|min:1 {
      description = "Id of the alert source"
    }
    text deduplication_key? {
      description = "Key that the alert was fired with; otherwise derived from source and title, as firing does"
    }
    text title? {
      description = "Title that the alert was fired with; needed where there is no key"
    }
    json metadata? {
      description = "An object with anything that helps"
    }
  }
  stack {
    precondition ($input.deduplication_key != "" || $input.title != "") {
      error_type = "inputerror"
      error = "Give the deduplication_key or the title that the alert was fired with"
    }
    precondition ($input.metadata === null || ($input.metadata|is_object)) {
      error_type = "inputerror"
      error = "metadata must be an object"
    }
    var $cause {
      value = $input.alert_source_config_id ~ "\n" ~ $input.title
    }
    var $key {
      value = ($input.deduplication_key != "") ? $input.deduplication_key : ("xs-" ~ ($cause|sha256))
    }
    // incident.io takes no event without a title.
    var $event {
      value = {
        title: ($input.title != "") ? $input.title : $key
        status: "resolved"
        deduplication_key: $key
      }
    }
    var.update $event {
      value = $event|set_ifnotempty:"metadata":$input.metadata
    }
    function.run alert_request {
      input = {alert_source_config_id: $input.alert_source_config_id, event: $event}
      mock = {
        "by the key it was fired with": {
          status: 202
          result: {status: "success", message: $event, deduplication_key: $key}
        }
        "by the title it was fired with": {
          status: 202
          result: {status: "success", message: $event, deduplication_key: $key}
        }
        "a source that is not there": {status: 404, result: ""}
        "a success that is no answer": {status: 202, result: ""}
        "an unclear attempt says that another run does no harm": {
          status: 0
          result: null
          error: {message: "Operation timed out"}
        }
      }
    } as $answer
    conditional {
      if ($answer.status != 202 || !($answer.result|is_object)) {
        function.run alert_failure {
          input = {response: $answer}
        } as $message
        throw {
          name = "IncidentIoAPIError"
          value = $message
        }
      }
    }
  }
  response = $answer.result|pick:["deduplication_key", "message", "status"]
  test "by the key it was fired with" {
    input = {alert_source_config_id: "S1", deduplication_key: "disk", metadata: {by: "cron"}}
    expect.to_equal ($response.message) {
      value = {
        title: "disk"
        status: "resolved"
        deduplication_key: "disk"
        metadata: {by: "cron"}
      }
    }
  }
  test "by the title it was fired with" {
    input = {alert_source_config_id: "S1", title: "Disk full"}
    expect.to_equal ($response.message) {
      value = {
        title: "Disk full"
        status: "resolved"
        deduplication_key: "xs-a128c1b71d9874baf941e8f6cd68fd4e71bfa21399f337dbea0aaf2e595e9dd8"
      }
    }
  }
  test "a source that is not there" {
    input = {alert_source_config_id: "S1", title: "Disk full"}
    expect.to_throw { value = "Cannot send the alert: status 404" }
  }
  test "a success that is no answer" {
    input = {alert_source_config_id: "S1", title: "Disk full"}
    expect.to_throw { value = "the answer is empty" }
  }
  test "an unclear attempt says that another run does no harm" {
    input = {alert_source_config_id: "S1", title: "Disk full"}
    expect.to_throw { value = "does no harm" }
  }
  test "something has to name the alert" {
    input = {alert_source_config_id: "S1"}
    expect.to_throw { value = "Give the deduplication_key or the title" }
  }
  test "metadata that is no object" {
    input = {alert_source_config_id: "S1", title: "Disk full", metadata: [1]}
    expect.to_throw { value = "metadata must be an object" }
  }
  test "a source is needed" {
    input = {title: "Disk full"}
    expect.to_throw { value = "Missing param: alert_source_config_id" }
  }
}

// Fires or resolves one alert of an HTTP alert source. The same cause is the same alert, however often it is sent.
function send_alert {
  description = "Send an alert to incident.io"
  input {
    text alert_source_config_id filters=trim|min:1 {
      description = "Id of the HTTP alert source"
    }
    text title filters=trim|min:1 {
      description = "What is wrong, in one line"
    }
    text description? {
      description = "Details in Markdown"
    }
    enum status?=firing {
      values = ["firing", "resolved"]
    }
    text deduplication_key? filters=trim {
      description = "Name of the cause; derived from source and title when not given"
    }
    json metadata? {
      description = "An object; alert routes can read it"
    }
  }
  stack {
    // The key joins firing and resolving, and keeps another attempt from being another alert.
    var $cause {
      value = $input.alert_source_config_id ~ "\n" ~ $input.title
    }
    var $key {
      value = ($input.deduplication_key != "") ? $input.deduplication_key : ("xs-" ~ ($cause|sha256))
    }
    var $event {
      value = {title: $input.title, status: $input.status, deduplication_key: $key}
    }
    var.update $event {
      value = $event
        |set_ifnotempty:"description":$input.description
        |set_ifnotempty:"metadata":$input.metadata
    }
    function.run alert_request {
      input = {alert_source_config_id: $input.alert_source_config_id, event: $event}
      mock = {
        "the key is derived from the cause": {
          status: 202
          headers: []
          result: {status: "success", message: $event, deduplication_key: $key}
        }
        "the same cause resolves what it fired": {
          status: 202
          headers: []
          result: {status: "success", message: $event, deduplication_key: $key}
        }
        "a given key wins": {
          status: 202
          headers: []
          result: {status: "success", message: $event, deduplication_key: $key}
        }
        "a refusal has the words of incident.io": {
          status: 404
          headers: []
          result: {
            type: "not_found"
            errors: [{code: "not_found", message: "Alert source not found"}]
            request_id: "req-1"
          }
        }
        "a success that is none": {status: 202, headers: [], result: ""}
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
        function.run alert_failure {
          input = {response: $answer}
        } as $message
        throw {
          name = "IncidentIoError"
          value = $message
        }
      }
    }
  }
  response = $answer.result|pick:["deduplication_key", "message", "status"]
  test "the key is derived from the cause" {
    input = {alert_source_config_id: "S1", title: " Disk full "}
    expect.to_equal ($response.message) {
      value = {
        title: "Disk full"
        status: "firing"
        deduplication_key: "xs-a128c1b71d9874baf941e8f6cd68fd4e71bfa21399f337dbea0aaf2e595e9dd8"
      }
    }
  }
  test "the same cause resolves what it fired" {
    input = {alert_source_config_id: "S1", title: "Disk full", status: "resolved"}
    expect.to_equal ($response.message.status) { value = "resolved" }
    expect.to_equal ($response.deduplication_key) {
      value = "xs-a128c1b71d9874baf941e8f6cd68fd4e71bfa21399f337dbea0aaf2e595e9dd8"
    }
  }
  test "a given key wins" {
    input = {
      alert_source_config_id: "S1"
      title: "Disk full"
      description: "98 % used"
      deduplication_key: "disk"
      metadata: {team: "storage"}
    }
    expect.to_equal ($response.message) {
      value = {
        title: "Disk full"
        status: "firing"
        deduplication_key: "disk"
        description: "98 % used"
        metadata: {team: "storage"}
      }
    }
  }
  test "a refusal has the words of incident.io" {
    input = {alert_source_config_id: "S1", title: "Disk full"}
    expect.to_throw { value = "status 404, not_found, Alert source not found" }
  }
  test "a success that is none" {
    input = {alert_source_config_id: "S1", title: "Disk full"}
    expect.to_throw { value = "status 202, the answer is empty" }
  }
  test "no answer" {
    input = {alert_source_config_id: "S1", title: "Disk full"}
    expect.to_throw { value = "does no harm" }
  }
  test "a status that does not exist" {
    input = {alert_source_config_id: "S1", title: "Disk full", status: "open"}
    expect.to_throw { value = "not one of the allowable values" }
  }
  test "a source is needed" {
    input = {title: "Disk full"}
    expect.to_throw { value = "Missing param: alert_source_config_id" }
  }
  test "a title is needed" {
    input = {alert_source_config_id: "S1"}
    expect.to_throw { value = "Missing param: title" }
  }
}

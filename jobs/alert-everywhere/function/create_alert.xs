// Sends an alert event to an HTTP alert source of incident.io. What is not given is taken from the alert at hand.
function create_alert {
  description = "Fire or resolve an incident.io alert"
  input {
    text alert_source_config_id filters=trim|min:1 {
      description = "Id of the alert source"
    }
    text title? {
      description = "What is wrong, in one line; otherwise the title of the alert"
    }
    text description? {
      description = "Details in Markdown; otherwise the description of the alert"
    }
    enum status?=firing {
      values = ["firing", "resolved"]
    }
    text deduplication_key? {
      description = "Name of the cause; otherwise the id of the alert, else derived from source and title"
    }
    json metadata? {
      description = "An object; its entries replace attributes of the alert that have the same key"
    }
    text source_url? {
      description = "Where to read more"
    }
    object alert? {
      schema {
        text id?
        text title?
        text description?
        object[] attrs? {
          schema {
            text key
            json value?
          }
        }
      }
      description = "The alert that is being handled"
    }
  }
  stack {
    precondition ($input.metadata === null || ($input.metadata|is_object)) {
      error_type = "inputerror"
      error = "metadata must be an object"
    }
    var $title {
      value = (($input.title != "") ? $input.title : ($input.alert|get:"title")) ?? ""
    }
    var $description {
      value = ($input.description != "") ? $input.description : ($input.alert|get:"description")
    }
    var $key {
      value = (($input.deduplication_key != "") ? $input.deduplication_key : ($input.alert|get:"id")) ?? ""
    }
    // Firing and resolving need the same key, so a derived one holds nothing that changes between runs.
    conditional {
      if ($key == "" && $title != "") {
        var $cause {
          value = $input.alert_source_config_id ~ "\n" ~ $title
        }
        var.update $key {
          value = "xs-" ~ ($cause|sha256)
        }
      }
    }
    var $attributes {
      value = $input.alert|get:"attrs":[]|create_object_from_entries
    }
    var $event {
      value = {title: $title, status: $input.status, deduplication_key: $key}
    }
    var.update $event {
      value = $event
        |set_ifnotempty:"description":$description
        |set_ifnotempty:"source_url":$input.source_url
    }
    var.update $event {
      value = $event|set_ifnotempty:"metadata":($attributes|merge:$input.metadata)
    }
    function.run alert_request {
      input = {alert_source_config_id: $input.alert_source_config_id, event: $event}
      mock = {
        "what is not given is taken from the alert": {
          status: 202
          result: {status: "success", message: $event, deduplication_key: $key}
        }
        "what is given wins": {
          status: 202
          result: {status: "success", message: $event, deduplication_key: $key}
        }
        "a key that names the cause": {
          status: 202
          result: {status: "success", message: $event, deduplication_key: $key}
        }
        "a later attribute replaces an earlier one": {
          status: 202
          result: {status: "success", message: $event, deduplication_key: $key}
        }
        "an alert that is refused": {
          status: 422
          result: {
            type: "validation_error"
            errors: [
              {
                code: "is_required"
                message: "Deduplication key is required"
                source: {field: "deduplication_key"}
              }
            ]
            request_id: "req-1"
          }
        }
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
  test "what is not given is taken from the alert" {
    input = {
      alert_source_config_id: "S1"
      alert: {id: "a-1", title: "Disk full", description: "98 % used"}
    }
    expect.to_equal ($response.message) {
      value = {
        title: "Disk full"
        status: "firing"
        deduplication_key: "a-1"
        description: "98 % used"
      }
    }
  }
  test "what is given wins" {
    input = {
      alert_source_config_id: "S1"
      title: "Disk of db-1 full"
      deduplication_key: "disk"
      status: "resolved"
      metadata: {team: "storage"}
      alert: {
        id: "a-1"
        title: "Disk full"
        attrs: [{key: "team", value: "web"}, {key: "host", value: "db-1"}]
      }
    }
    expect.to_equal ($response.message) {
      value = {
        title: "Disk of db-1 full"
        status: "resolved"
        deduplication_key: "disk"
        metadata: {team: "storage", host: "db-1"}
      }
    }
  }
  test "a key that names the cause" {
    input = {alert_source_config_id: "S1", title: "Disk full"}
    expect.to_equal ($response.deduplication_key) {
      value = "xs-a128c1b71d9874baf941e8f6cd68fd4e71bfa21399f337dbea0aaf2e595e9dd8"
    }
  }
  test "a later attribute replaces an earlier one" {
    input = {
      alert_source_config_id: "S1"
      alert: {id: "a-1", attrs: [{key: "team", value: "web"}, {key: "team", value: "storage"}]}
    }
    expect.to_equal ($response.message.metadata) { value = {team: "storage"} }
  }
  test "an alert that is refused" {
    input = {alert_source_config_id: "S1"}
    expect.to_throw {
      value = "Cannot send the alert: status 422, validation_error, Deduplication key is required"
    }
  }
  test "a success that is no answer" {
    input = {alert_source_config_id: "S1", title: "Disk full"}
    expect.to_throw { value = "the answer is empty" }
  }
  test "an unclear attempt says that another run does no harm" {
    input = {alert_source_config_id: "S1", title: "Disk full"}
    expect.to_throw { value = "does no harm" }
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

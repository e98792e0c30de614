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
}

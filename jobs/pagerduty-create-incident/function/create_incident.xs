// Opens an incident, or gives back the open one that already has the same key.
function create_incident {
  description = "Create a PagerDuty incident; a second run for the same cause gives back the open one"
  input {
    text title filters=trim {
      description = "What is wrong, in one line"
    }
    text description? {
      description = "Details for whoever is on call; goes into the body of the incident"
    }
    enum urgency?=high {
      values = ["high", "low"]
    }
    text service_id filters=trim {
      description = "Id of the service that is affected"
    }
    text incident_key? filters=trim {
      description = "Name of the cause; derived from service and title when not given"
    }
    text priority? filters=trim {
      description = "Id of a priority of the account"
    }
    email from? {
      description = "E-mail of a user of the account; an account-level key needs it"
    }
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    // The key names the cause and never the attempt: whoever repeats the request does not page twice.
    var $cause {
      value = $input.service_id ~ "\n" ~ $input.title
    }
    var $incident_key {
      value = ($input.incident_key != "") ? $input.incident_key : ("xs-" ~ ($cause|sha256))
    }
    var $incident {
      value = {
        type: "incident"
        title: $input.title
        service: {id: $input.service_id, type: "service_reference"}
        urgency: $input.urgency
        incident_key: $incident_key
      }
    }
    conditional {
      if ($input.description != "") {
        var.update $incident {
          value = $incident|set:"body":{type: "incident_body", details: $input.description}
        }
      }
    }
    conditional {
      if ($input.priority != "") {
        var.update $incident {
          value = $incident|set:"priority":{id: $input.priority, type: "priority_reference"}
        }
      }
    }
    function.run pagerduty_request {
      input = {
        method: "POST"
        path: "/incidents"
        body: {incident: $incident}
        from: $input.from
        region: $input.region
      }
    } as $answer
    var $refusal {
      value = $answer|get:"result.error.errors"|json_encode
    }
    conditional {
      if ($answer.status == 400 && ($refusal|icontains:"already exists")) {
        function.run find_open_incident {
          input = {
            incident_key: $incident_key
            service_id: $input.service_id
            region: $input.region
          }
        } as $open
        conditional {
          if ($open != null) {
            debug.log {
              value = "Nothing was created: an open incident of this service has the key " ~ $incident_key
            }
            return {
              value = $open
            }
          }
        }
      }
    }
    function.run pagerduty_result {
      input = {
        response: $answer
        expected: 201
        property: "incident"
        task: "create the incident"
      }
    } as $created
  }
  response = $created
}

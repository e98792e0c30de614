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
      mock = {
        "opened with a key that names the cause": {status: 201, result: {incident: $incident}}
        "opened as the inputs say": {status: 201, result: {incident: $incident}}
        "an open incident of the same cause is given back": {
          status: 400
          result: {
            error: {
              code: 2002
              message: "Arguments Caused Error"
              errors: ["Open incident with matching dedup key already exists on this service"]
            }
          }
        }
        "a key that is taken by nothing open": {
          status: 400
          result: {
            error: {
              code: 2002
              message: "Arguments Caused Error"
              errors: ["Open incident with matching dedup key already exists on this service"]
            }
          }
        }
        "a refusal is thrown": {
          status: 403
          result: {error: {code: 2010, message: "Access Denied"}}
        }
        "an unclear attempt says that another run does no harm": {
          status: 0
          result: null
          error: {message: "Operation timed out"}
        }
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
          mock = {
            "an open incident of the same cause is given back": {id: "P7", status: "acknowledged"}
            "a key that is taken by nothing open": null
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
  test "opened with a key that names the cause" {
    input = {title: "Test incident", service_id: "PSVC001"}
    expect.to_equal ($response.incident_key) {
      value = "xs-43975ed42f6cf2d4160e0f5d66d85e51165d16e8a5a64ababdd6215e8c7fc1e7"
    }
    expect.to_equal ($response.urgency) { value = "high" }
    expect.to_not_be_defined ($response.body)
    expect.to_not_be_defined ($response.priority)
  }
  test "opened as the inputs say" {
    input = {
      title: " Disk full "
      service_id: "PSVC001"
      incident_key: "disk-db-1"
      description: "98 % used"
      urgency: "low"
      priority: "PPRIO1"
    }
    expect.to_equal ($response) {
      value = {
        type: "incident"
        title: "Disk full"
        service: {id: "PSVC001", type: "service_reference"}
        urgency: "low"
        incident_key: "disk-db-1"
        body: {type: "incident_body", details: "98 % used"}
        priority: {id: "PPRIO1", type: "priority_reference"}
      }
    }
  }
  test "an open incident of the same cause is given back" {
    input = {title: "Disk full", service_id: "PSVC001"}
    expect.to_equal ($response.id) { value = "P7" }
  }
  test "a key that is taken by nothing open" {
    input = {title: "Disk full", service_id: "PSVC001"}
    expect.to_throw { value = "already exists" }
  }
  test "a refusal is thrown" {
    input = {title: "Disk full", service_id: "PSVC001"}
    expect.to_throw { value = "Cannot create the incident: status 403, code 2010, Access Denied" }
  }
  test "an unclear attempt says that another run does no harm" {
    input = {title: "Disk full", service_id: "PSVC001"}
    expect.to_throw { value = "running the job again with the same input does no harm" }
  }
  test "a title is needed" {
    input = {service_id: "PSVC001"}
    expect.to_throw { value = "Missing param: title" }
  }
}

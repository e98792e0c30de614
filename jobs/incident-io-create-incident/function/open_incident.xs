// Opens an incident, or gives back the open one that has the same cause.
function open_incident {
  description = "Open an incident.io incident; a second run for the same cause gives back the open one"
  input {
    text name filters=trim|min:1 {
      description = "What is wrong, in one line"
    }
    text summary? {
      description = "What is known so far"
    }
    text severity_id? filters=trim {
      description = "Id of a severity of the account, which most accounts demand"
    }
    text incident_type_id? filters=trim
    enum visibility?=public {
      values = ["public", "private"]
    }
    enum mode?=standard {
      values = ["standard", "test"]
    }
    text idempotency_key? filters=trim {
      description = "Name of the cause; otherwise the name of the incident"
    }
  }
  stack {
    var $cause {
      value = ($input.idempotency_key != "") ? $input.idempotency_key : $input.name
    }
    var $incident {
      value = {name: $input.name, visibility: $input.visibility, mode: $input.mode}
    }
    var.update $incident {
      value = $incident
        |set_ifnotempty:"summary":$input.summary
        |set_ifnotempty:"severity_id":$input.severity_id
        |set_ifnotempty:"incident_type_id":$input.incident_type_id
    }
    var $before {
      value = ""
    }
    // incident.io gives back what a key has opened, for ever. Where that is over, the next key is made of the cause and
    // of that incident: every run comes to the same key, and a cause that comes back opens a new incident.
    for (20) {
      each as $round {
        var $key {
          value = "xs-" ~ (($cause ~ "\n" ~ $before)|sha256)
        }
        function.run incident_request {
          input = {
            path: "/v2/incidents"
            body: $incident|set:"idempotency_key":$key
          }
          mock = {
            "opened as the inputs say": {
              status: 200
              result: {
                incident: {
                  id: "I1"
                  sent: $incident
                  key: $key
                  incident_status: {category: "live"}
                }
              }
            }
            "what is empty is left out": {
              status: 200
              result: {
                incident: {
                  id: "I1"
                  sent: $incident
                  key: $key
                  incident_status: {category: "triage"}
                }
              }
            }
            "a given key names the cause": {
              status: 200
              result: {
                incident: {id: "I1", key: $key, incident_status: {category: "live"}}
              }
            }
            "a cause that comes back": {
              status: 200
              result: {
                incident: {
                  id: "I" ~ $round
                  key: $key
                  incident_status: {category: ($round < 2) ? "closed" : "live"}
                }
              }
            }
            "a cause that came back too often": {
              status: 200
              result: {
                incident: {id: "I1", incident_status: {category: "closed"}}
              }
            }
            "an account that demands a severity": {
              status: 422
              result: {
                type: "validation_error"
                errors: [
                  {code: "invalid_value", message: "A severity is required to open an incident"}
                ]
                request_id: "req-1"
              }
            }
            "a success that is no answer": {status: 200, result: "<html>"}
            "an unclear attempt says that another run does no harm": {
              status: 0
              result: null
              error: {message: "Operation timed out"}
            }
          }
        } as $answer
        var $opened {
          value = $answer|get:"result.incident"
        }
        conditional {
          if ($answer.status != 200 || !($opened|is_object)) {
            function.run incident_failure {
              input = {response: $answer, task: "open the incident"}
            } as $message
            throw {
              name = "IncidentIoAPIError"
              value = $message
            }
          }
        }
        conditional {
          if (!([
            "closed", "declined", "merged", "canceled"
          ]|in:($opened|get:"incident_status.category"))) {
            return {
              value = $opened
            }
          }
        }
        var.update $before {
          value = $opened.id
        }
      }
    }
    throw {
      name = "IncidentIoAPIError"
      value = "Cannot open the incident: 20 incidents of this cause are closed; give another idempotency_key"
    }
  }
  response = null
  test "opened as the inputs say" {
    input = {
      name: " Disk full "
      summary: "98 % used"
      severity_id: "SEV1"
      incident_type_id: "TYPE1"
      visibility: "private"
      mode: "test"
    }
    expect.to_equal ($response.sent) {
      value = {
        name: "Disk full"
        visibility: "private"
        mode: "test"
        summary: "98 % used"
        severity_id: "SEV1"
        incident_type_id: "TYPE1"
      }
    }
    expect.to_equal ($response.key) {
      value = "xs-4038e8cb8b5cfc39f947d46b2a954f16b99b1f8e9173aeb0e379669053edfcd2"
    }
  }
  test "what is empty is left out" {
    input = {name: "Disk full"}
    expect.to_equal ($response.sent) {
      value = {name: "Disk full", visibility: "public", mode: "standard"}
    }
  }
  test "a given key names the cause" {
    input = {name: "Disk full", idempotency_key: "disk"}
    expect.to_equal ($response.key) {
      value = "xs-e4afa146b6cac84107134c69a12c93b983d4a09d5f628f325d11aa7347a8e895"
    }
  }
  test "a cause that comes back" {
    input = {name: "Disk full"}
    expect.to_equal ($response.id) { value = "I2" }
    expect.to_equal ($response.key) {
      value = "xs-46cf6305be163b7219d7a156f354daa850deb09b96317308b9b1631edb75db7e"
    }
  }
  test "a cause that came back too often" {
    input = {name: "Disk full"}
    expect.to_throw { value = "20 incidents of this cause are closed" }
  }
  test "an account that demands a severity" {
    input = {name: "Disk full"}
    expect.to_throw { value = "A severity is required to open an incident" }
  }
  test "a success that is no answer" {
    input = {name: "Disk full"}
    expect.to_throw { value = "not the expected answer" }
  }
  test "an unclear attempt says that another run does no harm" {
    input = {name: "Disk full"}
    expect.to_throw { value = "does no harm" }
  }
  test "an incident has a name" {
    input = {name: " "}
    expect.to_throw
  }
}

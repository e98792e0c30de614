// Resolves an incident, with a note about how when one is given.
function resolve_incident {
  description = "Resolve a PagerDuty incident"
  input {
    text incident_id filters=trim|min:1 {
      description = "Id or number of the incident"
    }
    text resolution? {
      description = "What ended it; becomes a note in the log of the incident"
    }
    email from? {
      description = "E-mail of a user of the account; an account-level key needs it"
    }
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    var $change {
      value = {type: "incident_reference", status: "resolved"}
    }
    conditional {
      if ($input.resolution != "") {
        var.update $change {
          value = $change|set:"resolution":$input.resolution
        }
      }
    }
    function.run pagerduty_request {
      input = {
        method: "PUT"
        path: "/incidents/" ~ ($input.incident_id|url_encode_rfc3986)
        body: {incident: $change}
        from: $input.from
        region: $input.region
      }
      mock = {
        "an incident is resolved": {status: 200, result: {incident: $change}}
        "what ended it becomes a note": {status: 200, result: {incident: $change}}
        "an incident that nobody knows": {
          status: 404
          result: {error: {code: 2100, message: "Not Found"}}
        }
        "an unclear attempt says that another run does no harm": {
          status: 0
          result: null
          error: {message: "Operation timed out"}
        }
      }
    } as $answer
    function.run pagerduty_result {
      input = {
        response: $answer
        expected: 200
        property: "incident"
        task: "resolve the incident"
      }
    } as $resolved
  }
  response = $resolved
  test "an incident is resolved" {
    input = {incident_id: "1"}
    expect.to_equal ($response) { value = {type: "incident_reference", status: "resolved"} }
  }
  test "what ended it becomes a note" {
    input = {incident_id: "1", resolution: "Restarted db-1"}
    expect.to_equal ($response.resolution) { value = "Restarted db-1" }
  }
  test "an incident that nobody knows" {
    input = {incident_id: "1"}
    expect.to_throw { value = "Cannot resolve the incident: status 404, code 2100, Not Found" }
  }
  test "an unclear attempt says that another run does no harm" {
    input = {incident_id: "1"}
    expect.to_throw { value = "does no harm" }
  }
  test "an incident has to be named" {
    expect.to_throw { value = "Missing param: incident_id" }
  }
}

// Acknowledges an open incident, which stops its escalation.
function acknowledge_incident {
  description = "Acknowledge a PagerDuty incident that is open"
  input {
    text incident_id filters=trim|min:1 {
      description = "Id or number of the incident"
    }
    email from? {
      description = "E-mail of a user of the account; an account-level key needs it"
    }
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    var $path {
      value = "/incidents/" ~ ($input.incident_id|url_encode_rfc3986)
    }
    function.run pagerduty_request {
      input = {method: "GET", path: $path, region: $input.region}
      mock = {
        "an open incident is acknowledged": {
          status: 200
          result: {incident: {id: "P1", status: "triggered"}}
        }
        "a resolved incident stays resolved": {
          status: 200
          result: {incident: {id: "P1", status: "resolved"}}
        }
        "an incident that nobody knows": {
          status: 404
          result: {error: {code: 2100, message: "Not Found"}}
        }
        "a change that is refused": {
          status: 200
          result: {incident: {id: "P1", status: "triggered"}}
        }
      }
    } as $found
    function.run pagerduty_result {
      input = {
        response: $found
        expected: 200
        property: "incident"
        task: "read the incident"
      }
    } as $incident
    // PagerDuty would open it again and page for it.
    conditional {
      if ($incident.status == "resolved") {
        throw {
          name = "PagerDutyAPIError"
          value = "Cannot acknowledge the incident: it is resolved, and acknowledging would open it again"
        }
      }
    }
    function.run pagerduty_request {
      input = {
        method: "PUT"
        path: $path
        body: {incident: {type: "incident_reference", status: "acknowledged"}}
        from: $input.from
        region: $input.region
      }
      mock = {
        "an open incident is acknowledged": {
          status: 200
          result: {incident: {id: "P1", status: "acknowledged", path: $path}}
        }
        "a change that is refused": {
          status: 403
          result: {error: {code: 2010, message: "Access Denied"}}
        }
      }
    } as $changed
    function.run pagerduty_result {
      input = {
        response: $changed
        expected: 200
        property: "incident"
        task: "acknowledge the incident"
      }
    } as $acknowledged
  }
  response = $acknowledged
  test "an open incident is acknowledged" {
    input = {incident_id: " P 1 "}
    expect.to_equal ($response.status) { value = "acknowledged" }
    expect.to_equal ($response.path) { value = "/incidents/P%201" }
  }
  test "a resolved incident stays resolved" {
    input = {incident_id: "1"}
    expect.to_throw { value = "acknowledging would open it again" }
  }
  test "an incident that nobody knows" {
    input = {incident_id: "1"}
    expect.to_throw { value = "Cannot read the incident: status 404, code 2100, Not Found" }
  }
  test "a change that is refused" {
    input = {incident_id: "1"}
    expect.to_throw { value = "Cannot acknowledge the incident: status 403" }
  }
  test "an incident has to be named" {
    input = {incident_id: " "}
    expect.to_throw
  }
}

// Hands an open incident to a level of its escalation policy, or to another policy.
function escalate_incident {
  description = "Escalate an open PagerDuty incident to a level, to another policy, or both"
  input {
    text incident_id filters=trim|min:1 {
      description = "Id or number of the incident"
    }
    int escalation_level?=2 filters=min:1 {
      description = "Level of the policy, from 1; not looked at where another policy is given"
    }
    text escalation_policy? filters=trim {
      description = "Id of another escalation policy, which begins at its first level"
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
        "an open incident goes to the next level": {
          status: 200
          result: {incident: {id: "P1", status: "acknowledged"}}
        }
        "an open incident goes to another policy": {
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
    // PagerDuty has nobody to hand it to.
    conditional {
      if ($incident.status == "resolved") {
        throw {
          name = "PagerDutyAPIError"
          value = "Cannot escalate the incident: it is resolved"
        }
      }
    }
    var $change {
      value = {type: "incident_reference"}
    }
    conditional {
      if ($input.escalation_policy != "") {
        var.update $change {
          value = $change
            |set:"escalation_policy":{
              id: $input.escalation_policy
              type: "escalation_policy_reference"
            }
        }
      }
      else {
        var.update $change {
          value = $change|set:"escalation_level":$input.escalation_level
        }
      }
    }
    function.run pagerduty_request {
      input = {
        method: "PUT"
        path: $path
        body: {incident: $change}
        from: $input.from
        region: $input.region
      }
      mock = {
        "an open incident goes to the next level": {
          status: 200
          result: {incident: {id: "P1", path: $path, change: $change}}
        }
        "an open incident goes to another policy": {
          status: 200
          result: {incident: {id: "P1", path: $path, change: $change}}
        }
        "a change that is refused": {
          status: 400
          result: {
            error: {
              code: 2002
              message: "Arguments Caused Error"
              errors: ["Escalation policy not found"]
            }
          }
        }
      }
    } as $changed
    function.run pagerduty_result {
      input = {
        response: $changed
        expected: 200
        property: "incident"
        task: "escalate the incident"
      }
    } as $escalated
  }
  response = $escalated
  test "an open incident goes to the next level" {
    input = {incident_id: " P 1 "}
    expect.to_equal ($response.path) { value = "/incidents/P%201" }
    expect.to_equal ($response.change) {
      value = {type: "incident_reference", escalation_level: 2}
    }
  }
  test "an open incident goes to another policy" {
    input = {incident_id: "1", escalation_policy: " PPOL2 "}
    expect.to_equal ($response.change) {
      value = {
        type: "incident_reference"
        escalation_policy: {id: "PPOL2", type: "escalation_policy_reference"}
      }
    }
  }
  test "a resolved incident stays resolved" {
    input = {incident_id: "1"}
    expect.to_throw { value = "Cannot escalate the incident: it is resolved" }
  }
  test "an incident that nobody knows" {
    input = {incident_id: "1"}
    expect.to_throw { value = "Cannot read the incident: status 404, code 2100, Not Found" }
  }
  test "a change that is refused" {
    input = {incident_id: "1", escalation_policy: "PNONE"}
    expect.to_throw { value = "Cannot escalate the incident: status 400, code 2002" }
  }
  test "a level counts from one" {
    input = {incident_id: "1", escalation_level: 0}
    expect.to_throw
  }
  test "an incident has to be named" {
    input = {incident_id: " "}
    expect.to_throw
  }
}

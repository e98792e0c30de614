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
}

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
}

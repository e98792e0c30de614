// The open incident of a service that has this key, null when there is none.
function find_open_incident {
  input {
    text incident_key
    text service_id
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    // Without date_range only the incidents of the last month are looked at.
    var $filters {
      value = [
        "incident_key=" ~ ($input.incident_key|url_encode)
        "service_ids%5B%5D=" ~ ($input.service_id|url_encode)
        "statuses%5B%5D=triggered"
        "statuses%5B%5D=acknowledged"
        "date_range=all"
      ]
    }
    function.run pagerduty_request {
      input = {
        method: "GET"
        path: "/incidents?" ~ ($filters|join:"&")
        region: $input.region
      }
    } as $answer
    function.run pagerduty_result {
      input = {
        response: $answer
        expected: 200
        property: "incidents"
        task: "look up the open incident"
      }
    } as $incidents
  }
  response = $incidents|first
}

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
      mock = {
        "the first of the open incidents": {
          status: 200
          result: {incidents: [{id: "P1"}, {id: "P2"}]}
        }
        "looked for by key and service": {status: 200, result: {incidents: [$filters]}}
        "none is open": {status: 200, result: {incidents: []}}
        "a look-up that fails": {status: 500, result: ""}
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
  test "the first of the open incidents" {
    input = {incident_key: "disk", service_id: "PSVC001"}
    expect.to_equal ($response.id) { value = "P1" }
  }
  test "looked for by key and service" {
    input = {incident_key: "disk & db", service_id: "PSVC001"}
    expect.to_contain ($response) { value = "incident_key=disk+%26+db" }
    expect.to_contain ($response) { value = "service_ids%5B%5D=PSVC001" }
    expect.to_contain ($response) { value = "date_range=all" }
  }
  test "none is open" {
    input = {incident_key: "disk", service_id: "PSVC001"}
    expect.to_be_null ($response)
  }
  test "a look-up that fails" {
    input = {incident_key: "disk", service_id: "PSVC001"}
    expect.to_throw { value = "Cannot look up the open incident: status 500" }
  }
}

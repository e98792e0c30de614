// The incidents that are open at PagerDuty, as the log has them.
function open_incidents {
  input {
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    var $incidents {
      value = []
    }
    // PagerDuty gives the first 10,000: a hundred pages.
    for (100) {
      each as $page {
        // Without date_range only the incidents of the last month are looked at.
        var $filters {
          value = [
            "statuses%5B%5D=triggered"
            "statuses%5B%5D=acknowledged"
            "date_range=all"
            "limit=100"
            "offset=" ~ ($page * 100)
          ]
        }
        function.run pagerduty_request {
          input = {
            method: "GET"
            path: "/incidents?" ~ ($filters|join:"&")
            region: $input.region
          }
          mock = {
            "page by page": {
              status: 200
              result: {
                incidents: [
                  {
                    id: "P" ~ $page
                    title: $filters|join:"&"
                    status: "acknowledged"
                    urgency: $input.region == "eu" ? "low" : "high"
                    service: {id: "PSVC001"}
                  }
                ]
                more: $page == 0
              }
            }
            "none is open": {status: 200, result: {incidents: [], more: false}}
            "what cannot be read": {status: 500, result: ""}
          }
        } as $answer
        function.run pagerduty_result {
          input = {
            response: $answer
            expected: 200
            property: "incidents"
            task: "read the open incidents"
          }
        } as $found
        var.update $incidents {
          value = $incidents|merge:$found
        }
        conditional {
          if (!($answer|get:"result.more":false)) {
            break
          }
        }
      }
    }
  }
  response = $incidents|map:{key: $$.id, title: $$.title, status: $$.status, urgency: $$.urgency}
  test "page by page" {
    input = {}
    expect.to_equal ($response) {
      value = [
        {
          key: "P0"
          title: "statuses%5B%5D=triggered&statuses%5B%5D=acknowledged&date_range=all&limit=100&offset=0"
          status: "acknowledged"
          urgency: "high"
        }
        {
          key: "P1"
          title: "statuses%5B%5D=triggered&statuses%5B%5D=acknowledged&date_range=all&limit=100&offset=100"
          status: "acknowledged"
          urgency: "high"
        }
      ]
    }
  }
  test "none is open" {
    input = {region: "eu"}
    expect.to_equal ($response) { value = [] }
  }
  test "what cannot be read" {
    input = {}
    expect.to_throw { value = "Cannot read the open incidents: status 500" }
  }
}

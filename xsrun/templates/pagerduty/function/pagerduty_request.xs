// Sends an event: the answer, whatever its status. The key in it makes another attempt harmless.
function pagerduty_request {
  input {
    json event
  }
  stack {
    var $key {
      value = $env.pagerduty_routing_key|trim
      mock = {
        "sent with the routing key": "R0TESTTESTTESTTESTTESTTESTTEST01"
        "tried again until it is taken in": "R0TESTTESTTESTTESTTESTTESTTEST01"
        "three attempts at most": "R0TESTTESTTESTTESTTESTTESTTEST01"
        "a refusal is not tried again": "R0TESTTESTTESTTESTTESTTESTTEST01"
      }
    }
    conditional {
      if ($key == "") {
        throw {
          name = "PagerDutyError"
          value = "Nothing was sent: pagerduty_routing_key is empty"
        }
      }
    }
    for (3) {
      each as $attempt {
        api.request {
          url = "https://events.pagerduty.com/v2/enqueue"
          method = "POST"
          params = $input.event|set:"routing_key":$key
          headers = ["Content-Type: application/json"]
          timeout = 10
          mock = {
            "sent with the routing key": {
              response: {status: 202, headers: [], result: {event: $input.event, key: $key}}
            }
            "tried again until it is taken in": {
              response: {status: ($attempt == 2) ? 202 : 0, headers: []}
            }
            "three attempts at most": {response: {status: 429, headers: [], result: $attempt}}
            "a refusal is not tried again": {response: {status: 400, headers: [], result: $attempt}}
          }
        } as $answer
        function.run retry_wait {
          input = {response: $answer.response, attempt: $attempt, repeatable: true}
        } as $wait
        conditional {
          if ($wait == 0 || $attempt == 2) {
            break
          }
        }
        util.sleep {
          value = $wait
        }
      }
    }
  }
  response = $answer.response
  test "sent with the routing key" {
    input = {event: {dedup_key: "disk"}}
    expect.to_equal ($response.result) {
      value = {event: {dedup_key: "disk"}, key: "R0TESTTESTTESTTESTTESTTESTTEST01"}
    }
  }
  test "tried again until it is taken in" {
    input = {event: {dedup_key: "disk"}}
    expect.to_equal ($response.status) { value = 202 }
  }
  test "three attempts at most" {
    input = {event: {dedup_key: "disk"}}
    expect.to_equal ($response.status) { value = 429 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "a refusal is not tried again" {
    input = {event: {dedup_key: "disk"}}
    expect.to_equal ($response.status) { value = 400 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "without a key nothing is sent" {
    input = {event: {dedup_key: "disk"}}
    expect.to_throw { value = "Nothing was sent: pagerduty_routing_key is empty" }
    expect.to_throw { value = "PagerDutyError" }
  }
}

// One event: the answer whatever its status. What may pass by itself is tried three times; a change event, which has
// no key, only where it was surely not taken in.
function events_request {
  input {
    json event
    bool change?
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    var $key {
      value = $env.pagerduty_routing_key|trim
      mock = {
        "sent to the account of the region": "R0TESTTESTTESTTESTTESTTESTTEST01"
        "tried again until it is taken in": "R0TESTTESTTESTTESTTESTTESTTEST01"
        "tried three times and no more": "R0TESTTESTTESTTESTTESTTESTTEST01"
        "sent to the American account unless told otherwise": "R0TESTTESTTESTTESTTESTTESTTEST01"
        "waits half a minute after a 429": "R0TESTTESTTESTTESTTESTTESTTEST01"
        "a refusal is not tried again": "R0TESTTESTTESTTESTTESTTESTTEST01"
        "a change that may have arrived is not tried again": "R0TESTTESTTESTTESTTESTTESTTEST01"
        "a change that was not taken in is tried again": "R0TESTTESTTESTTESTTESTTESTTEST01"
      }
    }
    conditional {
      if ($key == "") {
        throw {
          name = "PagerDutyAPIError"
          value = "Nothing was sent: pagerduty_routing_key is empty; it must be the integration key of a service (32 characters)"
        }
      }
    }
    var $base {
      value = ($input.region == "eu") ? "https://events.eu.pagerduty.com" : "https://events.pagerduty.com"
    }
    for (3) {
      each as $attempt {
        api.request {
          url = $base ~ ($input.change ? "/v2/change/enqueue" : "/v2/enqueue")
          method = "POST"
          params = $input.event|set:"routing_key":$key
          headers = ["Content-Type: application/json"]
          timeout = 10
          mock = {
            "sent to the account of the region": {
              response: {status: 202, headers: [], result: {base: $base, key: $key}}
            }
            "sent to the American account unless told otherwise": {
              response: {status: 202, headers: [], result: $base}
            }
            "waits half a minute after a 429": {response: {status: 429, headers: [], result: now}}
            "tried again until it is taken in": {
              response: {status: ($attempt == 2) ? 202 : 0, headers: []}
            }
            "tried three times and no more": {
              response: {status: 429, headers: [], result: $attempt}
            }
            "a refusal is not tried again": {response: {status: 400, headers: [], result: $attempt}}
            "a change that may have arrived is not tried again": {
              response: {status: 0, headers: [], result: $attempt}
            }
            "a change that was not taken in is tried again": {
              response: {status: ($attempt == 1) ? 202 : 429, headers: [], result: $attempt}
            }
          }
        } as $answer
        // PagerDuty counts events over a minute and asks for half a minute between attempts.
        function.run retry_wait {
          input = {response: $answer.response, attempt: $attempt, repeatable: true, crowded: 30}
        } as $wait
        conditional {
          if ($wait == 0 || $attempt == 2 || ($input.change && $answer.response.status != 429)) {
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
  test "sent to the account of the region" {
    input = {event: {event_action: "trigger"}, region: "eu"}
    expect.to_equal ($response.result) {
      value = {base: "https://events.eu.pagerduty.com", key: "R0TESTTESTTESTTESTTESTTESTTEST01"}
    }
  }
  test "tried again until it is taken in" {
    input = {event: {event_action: "trigger"}}
    expect.to_equal ($response.status) { value = 202 }
  }
  test "tried three times and no more" {
    input = {event: {event_action: "trigger"}}
    expect.to_equal ($response.status) { value = 429 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "a refusal is not tried again" {
    input = {event: {event_action: "trigger"}}
    expect.to_equal ($response.status) { value = 400 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "a change that may have arrived is not tried again" {
    input = {event: {}, change: true}
    expect.to_equal ($response.status) { value = 0 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "a change that was not taken in is tried again" {
    input = {event: {}, change: true}
    expect.to_equal ($response.status) { value = 202 }
    expect.to_equal ($response.result) { value = 1 }
  }
  test "without a key nothing is sent" {
    input = {event: {event_action: "trigger"}}
    expect.to_throw { value = "Nothing was sent: pagerduty_routing_key is empty" }
    expect.to_throw { value = "PagerDutyAPIError" }
  }
  test "sent to the American account unless told otherwise" {
    input = {event: {event_action: "trigger"}}
    expect.to_equal ($response.result) { value = "https://events.pagerduty.com" }
  }
  test "waits half a minute after a 429" {
    input = {event: {event_action: "trigger"}}
    expect.to_equal ($response.result) { value = 1767225660000 }
  }
}

// Posts one signed event as JSON.
function post_event {
  description = "Post a signed event to a webhook"
  input {
    text event filters=trim|min:1 {
      description = "What happened, e.g. deploy.finished"
    }
    json data? {
      description = "More about it"
    }
    text key? filters=trim {
      description = "Name of this event; derived from its content when not given"
    }
  }
  stack {
    // Text, not an object: exactly these characters are signed and sent.
    var $body {
      value = {event: $input.event, data: $input.data}|json_encode
    }
    var $key {
      value = ($input.key != "") ? $input.key : ("xs-" ~ ($body|sha256))
    }
    function.run webhook_request {
      input = {body: $body, key: $key}
      mock = {
        "the key is derived from the content": {status: 200, headers: [], result: {id: 7}}
        "every success is one": {status: 299, headers: [], result: ""}
        "a redirect is none": {status: 300, headers: [], result: ""}
        "nor is what comes before": {status: 199, headers: [], result: ""}
        "blanks count for nothing": {status: 200, headers: [], result: $body}
        "a given key wins": {status: 204, headers: [], result: ""}
        "a refusal has the words of the receiver": {
          status: 422
          headers: []
          result: {error: "unknown event"}
        }
        "no answer": {
          status: 0
          headers: []
          result: null
          error: {code: 28, message: "Operation timed out"}
        }
      }
    } as $answer
    conditional {
      if ($answer.status < 200 || $answer.status > 299) {
        function.run webhook_failure {
          input = {response: $answer}
        } as $message
        throw {
          name = "WebhookError"
          value = $message
        }
      }
    }
  }
  response = {status: $answer.status, key: $key, answer: $answer.result}
  test "the key is derived from the content" {
    input = {event: "deploy.finished", data: {version: "1.2"}}
    expect.to_equal ($response) {
      value = {
        status: 200
        key: "xs-c05d9a8be2f0850b2df85e93bab8cb2d8589c3654d843b822b89ddc2b606dc5e"
        answer: {id: 7}
      }
    }
  }
  test "a given key wins" {
    input = {event: "deploy.finished", key: "deploy-12"}
    expect.to_equal ($response) { value = {status: 204, key: "deploy-12", answer: ""} }
  }
  test "a refusal has the words of the receiver" {
    input = {event: "odd"}
    expect.to_throw { value = "status 422, {\"error\":\"unknown event\"}" }
  }
  test "no answer" {
    input = {event: "deploy.finished"}
    expect.to_throw { value = "status 0, no answer, Operation timed out" }
  }
  test "an event is needed" {
    expect.to_throw { value = "Missing param: event" }
  }
  test "every success is one" {
    input = {event: "odd"}
    expect.to_equal ($response.status) { value = 299 }
  }
  test "a redirect is none" {
    input = {event: "odd"}
    expect.to_throw { value = "status 300" }
    expect.to_throw { value = "WebhookError" }
  }
  test "nor is what comes before" {
    input = {event: "odd"}
    expect.to_throw { value = "status 199" }
  }
  test "an event has a name" {
    input = {event: " "}
    expect.to_throw { value = "Minimum length" }
  }
  test "blanks count for nothing" {
    input = {event: " odd ", key: " k "}
    expect.to_equal ($response) {
      value = {status: 200, key: "k", answer: "{\"event\":\"odd\",\"data\":null}"}
    }
  }
}

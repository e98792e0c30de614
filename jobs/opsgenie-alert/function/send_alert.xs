// Creates or closes one alert. The same cause is the same alert as long as it is open, however often it is sent.
function send_alert {
  description = "Create or close an Opsgenie alert"
  input {
    text message filters=trim|min:1|max:130 {
      description = "What is wrong, in one line"
    }
    text entity? filters=trim|max:512 {
      description = "What it is wrong with, e.g. a host name"
    }
    text description? filters=trim|max:15000
    enum priority?=P3 {
      values = ["P1", "P2", "P3", "P4", "P5"]
    }
    enum action?=create {
      values = ["create", "close"]
    }
    text alias? filters=trim|max:512 {
      description = "Name of the cause; derived from entity and message when not given"
    }
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    // Without an alias every attempt would be an alert of its own, and page again.
    var $cause {
      value = $input.entity ~ "\n" ~ $input.message
    }
    var $alias {
      value = ($input.alias != "") ? $input.alias : ("xs-" ~ ($cause|sha256))
    }
    var $alert {
      value = {message: $input.message, alias: $alias, priority: $input.priority}
    }
    var.update $alert {
      value = $alert
        |set_ifnotempty:"entity":$input.entity
        |set_ifnotempty:"description":$input.description
    }
    var $path {
      value = "/v2/alerts"
    }
    conditional {
      if ($input.action == "close") {
        var.update $path {
          value = "/v2/alerts/" ~ ($alias|url_encode_rfc3986) ~ "/close?identifierType=alias"
        }
        var.update $alert {
          value = {source: "xsrun"}
        }
      }
    }
    function.run opsgenie_request {
      input = {path: $path, body: $alert, region: $input.region}
      mock = {
        "the alias is derived from the cause": {
          status: 202
          headers: []
          result: {result: "Request will be processed", requestId: "r-1"}
        }
        "a given alias wins": {
          status: 202
          headers: []
          result: {result: $alert, requestId: $path}
        }
        "blanks count for nothing": {
          status: 202
          headers: []
          result: {result: $alert, requestId: $path}
        }
        "an alias with blanks in it is closed": {
          status: 202
          headers: []
          result: {result: $alert, requestId: $path}
        }
        "an answer that is a text": {status: 202, headers: [], result: "Welcome"}
        "the same cause closes what it created": {
          status: 202
          headers: []
          result: {result: "Request will be processed", requestId: $path}
        }
        "a refusal has the words of Opsgenie": {
          status: 422
          headers: []
          result: {
            message: "Request body is not processable. Please check the errors."
            errors: {message: "Message can not be empty."}
          }
        }
        "a success that is none": {status: 202, headers: [], result: ""}
        "no answer": {
          status: 0
          headers: []
          result: null
          error: {code: 28, message: "Operation timed out"}
        }
      }
    } as $answer
    conditional {
      if ($answer.status != 202 || !($answer.result|is_object)) {
        function.run opsgenie_failure {
          input = {response: $answer}
        } as $text
        throw {
          name = "OpsgenieError"
          value = $text
        }
      }
    }
  }
  response = {
    alias: $alias
    result: $answer.result|get:"result"
    request_id: $answer.result|get:"requestId"
  }
  test "the alias is derived from the cause" {
    input = {message: " Disk full ", entity: "db-1"}
    expect.to_equal ($response) {
      value = {
        alias: "xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb"
        result: "Request will be processed"
        request_id: "r-1"
      }
    }
  }
  test "a given alias wins" {
    input = {
      message: "Disk full"
      alias: "disk"
      entity: "db-1"
      description: "98 % used"
      priority: "P1"
    }
    expect.to_equal ($response.result) {
      value = {
        message: "Disk full"
        alias: "disk"
        entity: "db-1"
        priority: "P1"
        description: "98 % used"
      }
    }
    expect.to_equal ($response.request_id) { value = "/v2/alerts" }
  }
  test "the same cause closes what it created" {
    input = {message: "Disk full", entity: "db-1", action: "close"}
    expect.to_equal ($response.request_id) {
      value = "/v2/alerts/xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb/close?identifierType=alias"
    }
  }
  test "a refusal has the words of Opsgenie" {
    input = {message: "Disk full"}
    expect.to_throw { value = "status 422, Request body is not processable" }
  }
  test "a success that is none" {
    input = {message: "Disk full"}
    expect.to_throw { value = "status 202, the answer is empty" }
  }
  test "no answer" {
    input = {message: "Disk full"}
    expect.to_throw { value = "does no harm" }
  }
  test "a priority that does not exist" {
    input = {message: "Disk full", priority: "P0"}
    expect.to_throw { value = "not one of the allowable values" }
  }
  test "a message is needed" {
    expect.to_throw { value = "Missing param: message" }
  }
  test "a message says something" {
    input = {message: "  "}
    expect.to_throw { value = "Minimum length" }
  }
  test "a message is one line" {
    input = {message: (1..60)|join:"   "}
    expect.to_throw { value = "Maximum length" }
  }
  test "an entity has a length" {
    input = {message: "Disk full", entity: (1..300)|join:""}
    expect.to_throw { value = "Maximum length" }
  }
  test "an alias has a length" {
    input = {message: "Disk full", alias: (1..300)|join:""}
    expect.to_throw { value = "Maximum length" }
  }
  test "a description has a length" {
    input = {message: "Disk full", description: (1..5000)|join:""}
    expect.to_throw { value = "Maximum length" }
  }
  test "blanks count for nothing" {
    input = {message: " Disk full ", alias: " disk ", description: " 98 % used ", entity: " db-1 "}
    expect.to_equal ($response.result) {
      value = {
        message: "Disk full"
        alias: "disk"
        priority: "P3"
        entity: "db-1"
        description: "98 % used"
      }
    }
  }
  test "an alias with blanks in it is closed" {
    input = {message: "Disk full", alias: "disk of db 1", action: "close"}
    expect.to_equal ($response) {
      value = {
        alias: "disk of db 1"
        result: {source: "xsrun"}
        request_id: "/v2/alerts/disk%20of%20db%201/close?identifierType=alias"
      }
    }
  }
  test "an answer that is a text" {
    input = {message: "Disk full"}
    expect.to_throw { value = "status 202, Welcome" }
    expect.to_throw { value = "OpsgenieError" }
  }
}

// The newest incident of a page with this name that is not resolved, or the newest resolved one; null when there is none.
function find_incident {
  input {
    text page_id
    text name
    bool resolved?
  }
  stack {
    var $list {
      value = "/incidents/unresolved"
    }
    conditional {
      if ($input.resolved) {
        var.update $list {
          value = "/incidents?limit=100&q=" ~ ($input.name|url_encode_rfc3986)
        }
      }
    }
    function.run statuspage_request {
      input = {
        method: "GET"
        path: "/pages/" ~ ($input.page_id|url_encode_rfc3986) ~ $list
      }
      mock = {
        "one of the unresolved": {
          status: 200
          result: [
            {id: "i1", name: "Search is down"}
            {id: "i2", name: "Checkout is down"}
            {id: "i3", name: "Checkout is down"}
          ]
        }
        "one of the resolved": {
          status: 200
          result: [
            {id: "i1", name: "Checkout is down", status: "monitoring"}
            {id: "i2", name: "Checkout is down again", status: "resolved"}
            {id: "i3", name: "Checkout is down", status: "resolved"}
          ]
        }
        "none of them": {status: 200, result: []}
        "a look-up that fails": {status: 401, result: {error: "Could not authenticate"}}
        "a server in trouble": {status: 503, result: []}
        "an answer that is no list": {status: 200, result: {id: "i1", name: "Checkout is down"}}
      }
    } as $answer
    conditional {
      if ($answer.status != 200 || !($answer.result|is_array)) {
        function.run statuspage_failure {
          input = {response: $answer, task: "look for the incident"}
        } as $message
        throw {
          name = "StatuspageError"
          value = $message
        }
      }
    }
    var $named {
      value = $answer.result|filter:$$.name == $input.name
    }
    conditional {
      if ($input.resolved) {
        var.update $named {
          value = $named|filter:$$.status == "resolved"
        }
      }
    }
  }
  response = $named|first
  test "one of the unresolved" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_equal ($response.id) { value = "i2" }
  }
  test "one of the resolved" {
    input = {page_id: "p1", name: "Checkout is down", resolved: true}
    expect.to_equal ($response.id) { value = "i3" }
  }
  test "none of them" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_be_null ($response)
  }
  test "a look-up that fails" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_throw { value = "Cannot look for the incident: status 401, Could not authenticate" }
    expect.to_throw { value = "StatuspageError" }
  }
  test "a server in trouble" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_throw { value = "Cannot look for the incident: status 503" }
  }
  test "an answer that is no list" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_throw { value = "not the expected answer" }
  }
}

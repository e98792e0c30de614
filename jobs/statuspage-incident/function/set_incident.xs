// Has an incident of a page say what is given: opens it, or updates the unresolved one of that name.
function set_incident {
  description = "Open, update or resolve an incident of a Statuspage page; the same update is not told twice"
  input {
    text page_id filters=trim|min:1 {
      description = "Id of the page"
    }
    text name filters=trim|min:1 {
      description = "What is wrong, in one line; names the incident"
    }
    enum status?=investigating {
      values = ["investigating", "identified", "monitoring", "resolved"]
    }
    text body? filters=trim {
      description = "What readers of the page are told"
    }
    enum impact? {
      values = ["none", "minor", "major", "critical"]
    }
    text[] component_ids? {
      description = "Ids of the components that are affected"
    }
    enum component_status? {
      values = [
        "operational"
        "under_maintenance"
        "degraded_performance"
        "partial_outage"
        "major_outage"
      ]
    }
    bool notify?=true {
      description = "Whether subscribers get a message"
    }
  }
  stack {
    var $components {
      value = {}
    }
    conditional {
      if ($input.component_status != null) {
        foreach ($input.component_ids ?? []) {
          each as $id {
            var.update $components {
              value = $components|set:$id:$input.component_status
            }
          }
        }
      }
    }
    var $update {
      value = {status: $input.status}
    }
    var.update $update {
      value = $update
        |set_ifnotempty:"body":$input.body
        |set_ifnotempty:"impact_override":$input.impact
        |set_ifnotempty:"component_ids":$input.component_ids
        |set_ifnotempty:"components":$components
    }
    var $incident {
      value = $update|set:"deliver_notifications":$input.notify
    }
    var $path {
      value = "/pages/" ~ ($input.page_id|url_encode_rfc3986) ~ "/incidents"
    }
    // An incident has no key but its name: whether an attempt that was not answered has done it can only be read.
    for (3) {
      each as $attempt {
        function.run find_incident {
          input = {page_id: $input.page_id, name: $input.name}
          mock = {
            "an incident is opened": null
            "opened as the inputs say": null
            "the unresolved one is updated": {id: "i1", status: "investigating"}
            "the unresolved one is resolved": {id: "i1", status: "monitoring"}
            "an update that is said already": {
              id: "i1"
              status: "investigating"
              name: "Checkout is down"
            }
            "nothing is left to resolve": null
            "there is none to resolve": null
            "an attempt that was not answered": ($attempt == 1) ? {
              id: "i1"
              status: "investigating"
            } : null
            "waits longer each time": null
            "no attempt was answered": null
            "no connection is final": null
            "no host is final": null
            "an unknown refusal is final": null
            "a refusal": null
            "a refusal of an update": {id: "i1", status: "monitoring"}
          }
        } as $open
        conditional {
          if ($open === null && $input.status == "resolved") {
            function.run find_incident {
              input = {page_id: $input.page_id, name: $input.name, resolved: true}
              mock = {
                "nothing is left to resolve": {
                  id: "i1"
                  status: "resolved"
                  name: "Checkout is down"
                }
                "there is none to resolve": null
              }
            } as $resolved
            precondition ($resolved !== null) {
              error_type = "notfound"
              error = "Cannot resolve the incident: the page has none of this name"
            }
            debug.log {
              value = "Nothing is left to resolve: the incident of this name is resolved"
            }
            return {
              value = $resolved|pick:["id", "name", "status", "impact", "shortlink"]
            }
          }
        }
        conditional {
          if ($open !== null) {
            function.run is_said {
              input = {incident: $open, update: $update}
            } as $said
            conditional {
              if ($said) {
                debug.log {
                  value = "Nothing is sent: the incident says this already"
                }
                return {
                  value = $open|pick:["id", "name", "status", "impact", "shortlink"]
                }
              }
            }
            function.run statuspage_request {
              input = {
                method: "PATCH"
                path: $path ~ "/" ~ ($open.id|url_encode_rfc3986)
                body: {incident: $incident}
              }
              mock = {
                "the unresolved one is updated": {
                  status: 200
                  result: {id: "i1", name: $incident, status: $path}
                }
                "the unresolved one is resolved": {
                  status: 200
                  result: {id: "i1", status: $incident.status}
                }
                "a refusal of an update": {status: 422, result: {error: ["Status is invalid"]}}
              }
            } as $answer
          }
          else {
            function.run statuspage_request {
              input = {
                method: "POST"
                path: $path
                body: {incident: $incident|set:"name":$input.name}
              }
              mock = {
                "an incident is opened": {
                  status: 201
                  result: {
                    id: "i1"
                    name: $incident
                    impact: "none"
                    shortlink: $path
                    page_id: "p1"
                  }
                }
                "opened as the inputs say": {status: 201, result: {id: "i1", name: $incident}}
                "an attempt that was not answered": {
                  status: 0
                  result: null
                  error: {code: 28, message: "Operation timed out"}
                }
                "waits longer each time": {
                  status: ($attempt == 2) ? 200 : 500
                  result: {id: "i1", name: now}
                }
                "no attempt was answered": {status: 201, result: "attempt " ~ $attempt}
                "no connection is final": {
                  status: 0
                  result: null
                  error: {code: 7, message: "Connection refused"}
                }
                "no host is final": {
                  status: 0
                  result: null
                  error: {code: 6, message: "Host not found"}
                }
                "an unknown refusal is final": {status: 499, result: "attempt " ~ $attempt}
                "a refusal": {status: 422, result: {error: ["Name is invalid"]}}
              }
            } as $answer
          }
        }
        var $status {
          value = $answer.status
        }
        var $code {
          value = $answer|get:"error.code"
        }
        var $done {
          value = ($status == 200 || $status == 201) && ($answer|get:"result.id"|is_text)
        }
        // 6 and 7: host not found, connection refused. What was surely not taken was sent again already.
        var $unclear {
          value = ($status < 300 || $status == 408 || $status >= 500) && $code != 6 && $code != 7
        }
        conditional {
          if ($done || !$unclear || $attempt == 2) {
            break
          }
        }
        util.sleep {
          value = $attempt + 1
        }
      }
    }
    conditional {
      if (!$done) {
        function.run statuspage_failure {
          input = {
            response: $answer
            task: ($open === null) ? "create the incident" : "update the incident"
          }
        } as $message
        throw {
          name = "StatuspageError"
          value = $message
        }
      }
    }
  }
  response = $answer.result|pick:["id", "name", "status", "impact", "shortlink"]
  test "an incident is opened" {
    input = {page_id: " p 1 ", name: " Checkout is down ", body: " We look into it "}
    expect.to_equal ($response) {
      value = {
        id: "i1"
        name: {status: "investigating", body: "We look into it", deliver_notifications: true}
        impact: "none"
        shortlink: "/pages/p%201/incidents"
      }
    }
  }
  test "opened as the inputs say" {
    input = {
      page_id: "p1"
      name: "Checkout is down"
      status: "identified"
      impact: "major"
      component_ids: ["c1", "c2"]
      component_status: "major_outage"
      notify: false
    }
    expect.to_equal ($response.name) {
      value = {
        status: "identified"
        impact_override: "major"
        component_ids: ["c1", "c2"]
        components: {c1: "major_outage", c2: "major_outage"}
        deliver_notifications: false
      }
    }
  }
  test "the unresolved one is updated" {
    input = {page_id: "p1", name: "Checkout is down", status: "monitoring", component_ids: ["c1"]}
    expect.to_equal ($response.name) {
      value = {status: "monitoring", component_ids: ["c1"], deliver_notifications: true}
    }
  }
  test "the unresolved one is resolved" {
    input = {page_id: "p1", name: "Checkout is down", status: "resolved"}
    expect.to_equal ($response) { value = {id: "i1", status: "resolved"} }
  }
  test "an update that is said already" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_equal ($response) {
      value = {id: "i1", name: "Checkout is down", status: "investigating"}
    }
  }
  test "nothing is left to resolve" {
    input = {page_id: "p1", name: "Checkout is down", status: "resolved"}
    expect.to_equal ($response) { value = {id: "i1", name: "Checkout is down", status: "resolved"} }
  }
  test "there is none to resolve" {
    input = {page_id: "p1", name: "Checkout is down", status: "resolved"}
    expect.to_throw { value = "Cannot resolve the incident: the page has none of this name" }
    expect.to_throw { value = "ERROR_CODE_NOT_FOUND" }
  }
  test "an attempt that was not answered" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_equal ($response.id) { value = "i1" }
  }
  test "waits longer each time" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_equal ($response.name) { value = 1767225603000 }
  }
  test "no attempt was answered" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_throw {
      value = "Cannot create the incident: status 201, not the expected answer: \"attempt 2\". Whether"
    }
    expect.to_throw { value = "StatuspageError" }
  }
  test "no connection is final" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_throw { value = "Connection refused. Nothing was sent" }
  }
  test "no host is final" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_throw { value = "Host not found. Nothing was sent" }
  }
  test "an unknown refusal is final" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_throw { value = "\"attempt 0\"" }
  }
  test "a refusal" {
    input = {page_id: "p1", name: "Checkout is down"}
    expect.to_throw { value = "Cannot create the incident: status 422, Name is invalid" }
  }
  test "a refusal of an update" {
    input = {page_id: "p1", name: "Checkout is down", status: "resolved"}
    expect.to_throw { value = "Cannot update the incident: status 422, Status is invalid" }
  }
  test "a page is needed" {
    input = {page_id: " ", name: "Checkout is down"}
    expect.to_throw { value = "Minimum length" }
  }
  test "an incident has a name" {
    input = {page_id: "p1", name: " "}
    expect.to_throw { value = "Minimum length" }
  }
}

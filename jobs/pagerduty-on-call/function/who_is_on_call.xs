// Who would be paged now: the people on call for a service or an escalation policy, by level.
function who_is_on_call {
  description = "Look up who is on call for a PagerDuty service or escalation policy"
  input {
    text service_id? filters=trim {
      description = "Id of a service, whose policy is looked up"
    }
    text escalation_policy? filters=trim {
      description = "Id of an escalation policy; wins over the service"
    }
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    precondition ($input.service_id != "" || $input.escalation_policy != "") {
      error_type = "inputerror"
      error = "Give a service_id or an escalation_policy"
    }
    var $policy {
      value = $input.escalation_policy
    }
    conditional {
      if ($policy == "") {
        function.run pagerduty_request {
          input = {
            method: "GET"
            path: "/services/" ~ ($input.service_id|url_encode_rfc3986)
            region: $input.region
          }
          mock = {
            "by level, the first one first": {
              status: 200
              result: {service: {id: "PSVC001", escalation_policy: {id: "PPOL1"}}}
            }
            "a service that nobody knows": {
              status: 404
              result: {error: {code: 2100, message: "Not Found"}}
            }
          }
        } as $found
        function.run pagerduty_result {
          input = {
            response: $found
            expected: 200
            property: "service"
            task: "read the service"
          }
        } as $service
        var.update $policy {
          value = $service.escalation_policy.id
        }
      }
    }
    var $filters {
      value = [
        "escalation_policy_ids%5B%5D=" ~ ($policy|url_encode)
        "include%5B%5D=users"
        "earliest=true"
        "limit=100"
      ]
    }
    function.run pagerduty_request {
      input = {
        method: "GET"
        path: "/oncalls?" ~ ($filters|join:"&")
        region: $input.region
      }
      mock = {
        "by level, the first one first": {
          status: 200
          result: {
            oncalls: [
              {
                escalation_level: 2
                user: {
                  id: "PUSR2"
                  summary: "Grace"
                  name: "Grace Hopper"
                  email: "grace@example.com"
                }
                schedule: null
                end: null
              }
              {
                escalation_level: 1
                user: {id: "PUSR1", summary: "Ada", name: "Ada Lovelace", email: "ada@example.com"}
                schedule: {id: "PSCH1", summary: "Primary"}
                end: "2026-01-08T08:00:00Z"
              }
            ]
          }
        }
        "a policy asks for no service": {
          status: 200
          result: {
            oncalls: [{escalation_level: 1, user: {id: "PUSR1", summary: "Ada"}, filters: $filters}]
          }
        }
        "nobody is on call": {status: 200, result: {oncalls: []}}
        "a refusal": {
          status: 403
          result: {error: {code: 2010, message: "Access Denied"}}
        }
      }
    } as $listed
    function.run pagerduty_result {
      input = {
        response: $listed
        expected: 200
        property: "oncalls"
        task: "look up who is on call"
      }
    } as $oncalls
    var $people {
      value = []
    }
    foreach ($oncalls|sort:"escalation_level":"number") {
      each as $oncall {
        array.push $people {
          value = {
            level: $oncall.escalation_level
            id: $oncall.user.id
            name: ($oncall|get:"user.name") ?? $oncall.user.summary
            email: $oncall|get:"user.email"
            schedule: $oncall|get:"schedule.summary"
            until: $oncall|get:"end"
          }
        }
      }
    }
  }
  response = $people
  test "by level, the first one first" {
    input = {service_id: " PSVC001 "}
    expect.to_equal ($response) {
      value = [
        {
          level: 1
          id: "PUSR1"
          name: "Ada Lovelace"
          email: "ada@example.com"
          schedule: "Primary"
          until: "2026-01-08T08:00:00Z"
        }
        {
          level: 2
          id: "PUSR2"
          name: "Grace Hopper"
          email: "grace@example.com"
          schedule: null
          until: null
        }
      ]
    }
  }
  test "a policy asks for no service" {
    input = {escalation_policy: "PPOL2", service_id: "PSVC001"}
    expect.to_equal ($response) {
      value = [
        {level: 1, id: "PUSR1", name: "Ada", email: null, schedule: null, until: null}
      ]
    }
  }
  test "nobody is on call" {
    input = {escalation_policy: "PPOL2"}
    expect.to_equal ($response) { value = [] }
  }
  test "a service that nobody knows" {
    input = {service_id: "PNONE"}
    expect.to_throw { value = "Cannot read the service: status 404, code 2100, Not Found" }
  }
  test "a refusal" {
    input = {escalation_policy: "PPOL2"}
    expect.to_throw { value = "Cannot look up who is on call: status 403" }
  }
  test "something has to be named" {
    input = {}
    expect.to_throw { value = "Give a service_id or an escalation_policy" }
  }
}

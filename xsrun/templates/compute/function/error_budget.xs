// How much of its error budget each service has left, the worst first.
function error_budget {
  description = "Say how much of its error budget each service has left"
  input {
    decimal target_percent {
      description = "Share of requests that must succeed, above 0 and below 100"
    }
    object[] services {
      schema {
        text name filters=trim|min:1
        int requests filters=min:0
        int failures filters=min:0
      }
      description = "What was counted, service by service"
    }
  }
  stack {
    precondition ($input.target_percent > 0 && $input.target_percent < 100) {
      error_type = "inputerror"
      error = "target_percent must be above 0 and below 100"
    }
    var $allowed_share {
      value = (100 - $input.target_percent) / 100
    }
    var $budgets {
      value = []
    }
    foreach ($input.services) {
      each as $service {
        precondition ($service.failures <= $service.requests) {
          error_type = "inputerror"
          error = $service.name ~ " has more failures than requests"
        }
        function.run budget_left {
          input = {
            requests: $service.requests
            failures: $service.failures
            allowed_share: $allowed_share
          }
        } as $left
        array.push $budgets {
          value = {service: $service.name, left_percent: $left, exhausted: $left <= 0}
        }
      }
    }
  }
  response = {
    budgets: $budgets|sort:"left_percent":"number"
    exhausted: $budgets|filter:$$.exhausted|count
  }
  test "the worst stands first" {
    input = {
      target_percent: 99
      services: [
        {name: "fine", requests: 1000, failures: 1}
        {name: "spent", requests: 1000, failures: 25}
      ]
    }
    expect.to_equal ($response) {
      value = {
        budgets: [
          {service: "spent", left_percent: -150, exhausted: true}
          {service: "fine", left_percent: 90, exhausted: false}
        ]
        exhausted: 1
      }
    }
  }
  test "no services" {
    input = {target_percent: 99, services: []}
    expect.to_equal ($response) { value = {budgets: [], exhausted: 0} }
  }
  test "a target that leaves no budget" {
    input = {target_percent: 100, services: []}
    expect.to_throw { value = "target_percent must be above 0 and below 100" }
  }
  test "more failures than requests" {
    input = {target_percent: 99, services: [{name: "odd", requests: 1, failures: 2}]}
    expect.to_throw { value = "odd has more failures than requests" }
    expect.to_throw { value = "ERROR_CODE_INPUT_ERROR" }
  }
  test "counts cannot be negative" {
    input = {target_percent: 99, services: [{name: "odd", requests: -1, failures: 0}]}
    expect.to_throw
  }
  test "a target is needed" {
    input = {services: []}
    expect.to_throw { value = "Missing param: target_percent" }
  }
  test "a target that allows everything" {
    input = {target_percent: 0, services: []}
    expect.to_throw { value = "ERROR_CODE_INPUT_ERROR" }
  }
  test "a low target is a target" {
    input = {target_percent: 0.5, services: []}
    expect.to_equal ($response.exhausted) { value = 0 }
  }
  test "spent to the last is exhausted, and half a percent is not" {
    input = {
      target_percent: 99
      services: [
        {name: "full", requests: 100000, failures: 0}
        {name: "low", requests: 100000, failures: 995}
        {name: "spent", requests: 1000, failures: 10}
        {name: "most", requests: 1000, failures: 1}
        {name: "down", requests: 1, failures: 1}
      ]
    }
    expect.to_equal ($response) {
      value = {
        budgets: [
          {service: "down", left_percent: -9900, exhausted: true}
          {service: "spent", left_percent: 0, exhausted: true}
          {service: "low", left_percent: 0.5, exhausted: false}
          {service: "most", left_percent: 90, exhausted: false}
          {service: "full", left_percent: 100, exhausted: false}
        ]
        exhausted: 2
      }
    }
  }
}

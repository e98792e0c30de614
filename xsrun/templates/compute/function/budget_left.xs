// Percent of the failures a service may have that it did not have yet: 100 untouched, 0 spent, negative overdrawn.
function budget_left {
  input {
    int requests
    int failures
    decimal allowed_share {
      description = "Share of requests that may fail, e.g. 0.01"
    }
  }
  stack {
    // Without requests nothing was spent, and there is nothing to divide by.
    conditional {
      if ($input.requests == 0) {
        return {
          value = 100
        }
      }
    }
    var $allowed {
      value = $input.requests * $input.allowed_share
    }
    var $spent {
      value = $input.failures / $allowed
    }
  }
  response = ((1 - $spent) * 100)|round:1
  test "untouched" {
    input = {requests: 500, failures: 0, allowed_share: 0.01}
    expect.to_equal ($response) { value = 100 }
  }
  test "a part is spent" {
    input = {requests: 20000, failures: 30, allowed_share: 0.005}
    expect.to_equal ($response) { value = 70 }
  }
  test "overdrawn" {
    input = {requests: 1000, failures: 20, allowed_share: 0.01}
    expect.to_equal ($response) { value = -100 }
  }
  test "no requests" {
    input = {requests: 0, failures: 0, allowed_share: 0.01}
    expect.to_equal ($response) { value = 100 }
  }
  test "rounded to a tenth" {
    input = {requests: 1000, failures: 1, allowed_share: 0.009}
    expect.to_equal ($response) { value = 88.9 }
  }
}

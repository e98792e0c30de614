// Seconds to wait before a request is sent again, 0 when its answer is final.
function retry_wait {
  input {
    json response
    int attempt {
      description = "Number of the attempt that was answered, from 0"
    }
    bool repeatable? {
      description = "Whether the request does no harm when it arrives twice"
    }
    int crowded?=5 {
      description = "Seconds after a 429 that does not say how long"
    }
  }
  stack {
    var $status {
      value = $input.response.status
    }
    var $code {
      value = $input.response|get:"error.code"
    }
    // 429: asked too often. 6 and 7: host not found, connection refused. Each time nothing was done.
    var $undone {
      value = $status == 429 || ($status == 0 && ($code == 6 || $code == 7))
    }
    // Whether something was done is unknown here.
    var $unclear {
      value = $status == 0 || $status == 408 || $status >= 500
    }
    conditional {
      if (!$undone && !($input.repeatable && $unclear)) {
        return {
          value = 0
        }
      }
    }
    // ratelimit-reset stands on every answer and means something only with a 429.
    var $pattern {
      value = ($status == 429) ? "/^(retry-after|ratelimit-reset):/i" : "/^retry-after:/i"
    }
    var $line {
      value = $input.response.headers|find:($pattern|regex_matches:$$)
    }
    var $told {
      value = $line|split:":"|get:1|to_int
    }
    var $own {
      value = ($status == 429) ? $input.crowded : ($input.attempt + 1)
    }
  }
  response = ($told > 0) ? ($told|min:60) : $own
  test "a success is final" {
    input = {response: {status: 202, headers: []}, attempt: 0, repeatable: true}
    expect.to_equal ($response) { value = 0 }
  }
  test "a refusal is final" {
    input = {response: {status: 400, headers: []}, attempt: 0, repeatable: true}
    expect.to_equal ($response) { value = 0 }
  }
  test "no connection: nothing was done, so it is sent again" {
    input = {response: {status: 0, headers: [], error: {code: 7}}, attempt: 0}
    expect.to_equal ($response) { value = 1 }
  }
  test "no answer: sent again only when that does no harm" {
    input = {
      response: {status: 0, headers: [], error: {code: 28}}
      attempt: 1
      repeatable: true
    }
    expect.to_equal ($response) { value = 2 }
  }
  test "no answer: otherwise it is final" {
    input = {response: {status: 0, headers: [], error: {code: 28}}, attempt: 1}
    expect.to_equal ($response) { value = 0 }
  }
  test "a server in trouble may have done it" {
    input = {response: {status: 503, headers: ["Retry-After: 7"]}, attempt: 0}
    expect.to_equal ($response) { value = 0 }
  }
  test "a server in trouble gets a second where it may have done it twice" {
    input = {response: {status: 503, headers: []}, attempt: 0, repeatable: true}
    expect.to_equal ($response) { value = 1 }
  }
  test "a server in trouble may say how long" {
    input = {
      response: {status: 503, headers: ["retry-after: 9"]}
      attempt: 0
      repeatable: true
    }
    expect.to_equal ($response) { value = 9 }
  }
  test "a reset time means nothing without a 429" {
    input = {
      response: {status: 500, headers: ["ratelimit-reset: 55"]}
      attempt: 0
      repeatable: true
    }
    expect.to_equal ($response) { value = 1 }
  }
  test "a 429 says how long" {
    input = {response: {status: 429, headers: ["retry-after: 7"]}, attempt: 0}
    expect.to_equal ($response) { value = 7 }
  }
  test "a 429 may say when it resets" {
    input = {response: {status: 429, headers: ["ratelimit-reset: 7"]}, attempt: 0}
    expect.to_equal ($response) { value = 7 }
  }
  test "a 429 that says nothing takes what the caller says" {
    input = {response: {status: 429, headers: []}, attempt: 0, crowded: 30}
    expect.to_equal ($response) { value = 30 }
  }
  test "a minute is the longest wait" {
    input = {response: {status: 429, headers: ["Retry-After: 86400"]}, attempt: 0}
    expect.to_equal ($response) { value = 60 }
  }
  test "a request that timed out is repeated" {
    input = {response: {status: 408, headers: []}, attempt: 0, repeatable: true}
    expect.to_equal ($response) { value = 1 }
  }
  test "an unknown refusal is final" {
    input = {response: {status: 499, headers: []}, attempt: 0, repeatable: true}
    expect.to_equal ($response) { value = 0 }
  }
  test "a second is a time too" {
    input = {
      response: {status: 503, headers: ["Retry-After: 1"]}
      attempt: 1
      repeatable: true
    }
    expect.to_equal ($response) { value = 1 }
  }
  test "a date in place of seconds says nothing" {
    input = {
      response: {status: 503, headers: ["Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"]}
      attempt: 0
      repeatable: true
    }
    expect.to_equal ($response) { value = 1 }
  }
  test "a 429 that says nothing is waited for" {
    input = {response: {status: 429, headers: []}, attempt: 0}
    expect.to_equal ($response) { value = 5 }
  }
  test "a host that is not found was not asked" {
    input = {response: {status: 0, headers: [], error: {code: 6}}, attempt: 0}
    expect.to_equal ($response) { value = 1 }
  }
  test "any other broken connection may have asked" {
    input = {response: {status: 0, headers: [], error: {code: 5}}, attempt: 0}
    expect.to_equal ($response) { value = 0 }
  }
  test "the first of the troubles of a server" {
    input = {response: {status: 500, headers: []}, attempt: 0, repeatable: true}
    expect.to_equal ($response) { value = 1 }
  }
}

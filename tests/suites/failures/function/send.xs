function send {
  input {
    bool guarded?
  }
  stack {
    debug.log {
      value = "about to send"
    }
    var $key {
      value = $env.api_key ?? "no key"
    }
    conditional {
      if ($input.guarded) {
        try_catch {
          try {
            function.run request {
              input = {key: $key}
            } as $answer
          }
          catch {
            var $answer {
              value = "the network was off"
            }
          }
        }
      }
      else {
        function.run request {
          input = {key: $key}
        } as $answer
      }
    }
  }
  response = $answer
  test "a request that is not mocked" {
    expect.to_not_be_null ($response)
  }
  test "no catch hides it" {
    input = {guarded: true}
    expect.to_equal ($response) { value = "the network was off" }
  }
  test "no assertion takes it for an error of the function" {
    expect.to_throw
  }
  test "an answer that is not the expected one" {
    input = {guarded: true}
    expect.to_equal ($response) { value = {status: 200, result: {items: [{id: 1, tags: ["a", "b"]}, {id: 2, tags: []}]}} }
  }
}

---
function request {
  input {
    text key
  }
  stack {
    api.request {
      url = "https://api.example.com"
      headers = ["X-Key: " ~ $input.key]
      mock = {
        "an answer that is not the expected one": {response: {status: 200, result: {items: [{id: 1, tags: ["a"]}, {id: 2, tags: []}]}}}
      }
    } as $answer
  }
  response = $answer.response
}

// One call of Jira: the answer, whatever its status. A write is sent again only after Jira surely did nothing.
function jira_request {
  input {
    enum method {
      values = ["GET", "POST"]
    }
    text url
    json body?
  }
  stack {
    var $email {
      value = $env.jira_email|trim
      mock = {
        "sent in the name of the user": "ada@example.com"
        "a question is asked again": "ada@example.com"
        "a write is not sent again when it may have arrived": "ada@example.com"
        "waits longer each time": "ada@example.com"
        "three attempts at most": "ada@example.com"
      }
    }
    var $token {
      value = $env.jira_api_token|trim
      mock = {
        "sent in the name of the user": "test-token"
        "a question is asked again": "test-token"
        "a write is not sent again when it may have arrived": "test-token"
        "waits longer each time": "test-token"
        "three attempts at most": "test-token"
      }
    }
    conditional {
      if ($email == "" || $token == "") {
        throw {
          name = "JiraError"
          value = "Nothing was sent: jira_email or jira_api_token is empty"
        }
      }
    }
    var $credentials {
      value = $email ~ ":" ~ $token
    }
    var $headers {
      value = [
        "Authorization: Basic " ~ ($credentials|base64_encode)
        "Accept: application/json"
        "Content-Type: application/json"
      ]
    }
    for (3) {
      each as $attempt {
        api.request {
          url = $input.url
          method = $input.method
          params = $input.body
          headers = $headers
          timeout = 15
          mock = {
            "sent in the name of the user": {response: {status: 201, headers: [], result: $headers}}
            "a question is asked again": {
              response: {status: ($attempt == 2) ? 200 : 0, headers: []}
            }
            "a write is not sent again when it may have arrived": {
              response: {status: 0, headers: [], result: $attempt, error: {code: 28}}
            }
            "waits longer each time": {response: {status: 503, headers: [], result: now}}
            "three attempts at most": {response: {status: 429, headers: [], result: $attempt}}
          }
        } as $answer
        function.run retry_wait {
          input = {
            response: $answer.response
            attempt: $attempt
            repeatable: $input.method == "GET"
          }
        } as $wait
        conditional {
          if ($wait == 0 || $attempt == 2) {
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
  test "sent in the name of the user" {
    input = {method: "POST", url: "https://your-site.atlassian.net/rest/api/3/issue", body: {}}
    expect.to_contain ($response.result) {
      value = "Authorization: Basic YWRhQGV4YW1wbGUuY29tOnRlc3QtdG9rZW4="
    }
  }
  test "a question is asked again" {
    input = {method: "GET", url: "https://your-site.atlassian.net/rest/api/3/search/jql"}
    expect.to_equal ($response.status) { value = 200 }
  }
  test "a write is not sent again when it may have arrived" {
    input = {method: "POST", url: "https://your-site.atlassian.net/rest/api/3/issue"}
    expect.to_equal ($response.status) { value = 0 }
    expect.to_equal ($response.result) { value = 0 }
  }
  test "three attempts at most" {
    input = {method: "POST", url: "https://your-site.atlassian.net/rest/api/3/issue"}
    expect.to_equal ($response.status) { value = 429 }
    expect.to_equal ($response.result) { value = 2 }
  }
  test "without a token nothing is sent" {
    input = {method: "GET", url: "https://your-site.atlassian.net/rest/api/3/search/jql"}
    expect.to_throw { value = "Nothing was sent: jira_email or jira_api_token is empty" }
    expect.to_throw { value = "JiraError" }
  }
  test "waits longer each time" {
    input = {method: "GET", url: "https://your-site.atlassian.net/rest/api/3/search/jql"}
    expect.to_equal ($response.result) { value = 1767225603000 }
  }
}

// The key of the issue in a project that has a label and is not done; null when there is none.
function find_open_issue {
  input {
    text home
    text project
    text label
  }
  stack {
    var $query {
      value = "project = \"" ~ $input.project ~ "\" AND labels = \"" ~ $input.label ~ "\" AND statusCategory != Done"
    }
    function.run jira_request {
      input = {
        method: "GET"
        url: $input.home ~ "/rest/api/3/search/jql?fields=summary&maxResults=1&jql=" ~ ($query|url_encode_rfc3986)
      }
      mock = {
        "one is open": {status: 200, headers: [], result: {issues: [{id: "10000", key: "OPS-7"}]}}
        "none is open": {status: 200, headers: [], result: {issues: [], isLast: true}}
        "a look-up that fails": {
          status: 401
          headers: []
          result: "Client must be authenticated to access this resource."
        }
        "a server in trouble": {status: 503, headers: [], result: {issues: []}}
        "an answer without issues": {status: 200, headers: [], result: {}}
      }
    } as $answer
    var $issues {
      value = $answer|get:"result.issues"
    }
    conditional {
      if ($answer.status != 200 || !($issues|is_array)) {
        function.run jira_failure {
          input = {response: $answer, task: "look for an open issue"}
        } as $message
        throw {
          name = "JiraError"
          value = $message
        }
      }
    }
  }
  response = $issues|first|get:"key"
  test "one is open" {
    input = {home: "https://your-site.atlassian.net", project: "OPS", label: "xs-1"}
    expect.to_equal ($response) { value = "OPS-7" }
  }
  test "none is open" {
    input = {home: "https://your-site.atlassian.net", project: "OPS", label: "xs-1"}
    expect.to_be_null ($response)
  }
  test "a look-up that fails" {
    input = {home: "https://your-site.atlassian.net", project: "OPS", label: "xs-1"}
    expect.to_throw {
      value = "Cannot look for an open issue: status 401, Client must be authenticated"
    }
  }
  test "an answer without issues" {
    input = {home: "https://your-site.atlassian.net", project: "OPS", label: "xs-1"}
    expect.to_throw { value = "Cannot look for an open issue: status 200" }
    expect.to_throw { value = "JiraError" }
  }
  test "a server in trouble" {
    input = {home: "https://your-site.atlassian.net", project: "OPS", label: "xs-1"}
    expect.to_throw { value = "Cannot look for an open issue: status 503" }
    expect.to_throw { value = "JiraError" }
  }
}

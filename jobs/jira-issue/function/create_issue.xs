// Creates an issue unless an open one of the same cause exists. Jira knows no key against doubles: a label is one.
function create_issue {
  description = "Create a Jira issue once for each cause"
  input {
    text site filters=trim {
      description = "The first part of the address: your-site of your-site.atlassian.net"
    }
    text project filters=trim {
      description = "Key of the project, e.g. OPS"
    }
    text summary filters=trim|min:1|max:255 {
      description = "What is wrong, in one line"
    }
    text description? {
      description = "Details; every line becomes a paragraph"
    }
    text issue_type?=Task filters=trim {
      description = "Name of the type, as the project calls it"
    }
    text cause? filters=trim {
      description = "Name of the cause; the summary when not given"
    }
  }
  stack {
    // Both end up in an address or a query, and the token goes to that address.
    precondition ("/^[a-zA-Z0-9][a-zA-Z0-9-]*$/D"|regex_matches:$input.site) {
      error_type = "inputerror"
      error = "site must be the first part of the address only, e.g. your-site"
    }
    precondition ("/^[A-Z][A-Z0-9_]*$/D"|regex_matches:$input.project) {
      error_type = "inputerror"
      error = "project must be a key in capitals, e.g. OPS"
    }
    var $cause {
      value = ($input.cause != "") ? $input.cause : $input.summary
    }
    var $label {
      value = "xs-" ~ ($cause|sha256)
    }
    var $home {
      value = "https://" ~ $input.site ~ ".atlassian.net"
    }
    function.run find_open_issue {
      input = {home: $home, project: $input.project, label: $label}
      mock = {
        "an issue is created": null
        "an open issue is taken": "OPS-7"
        "an odd key": null
        "a key with a wrong status": null
        "a refusal has the words of Jira": null
        "a success that is none": null
        "no answer": null
      }
    } as $open
    conditional {
      if ($open !== null) {
        return {
          value = {key: $open, url: $home ~ "/browse/" ~ $open, created: false}
        }
      }
    }
    function.run issue_fields {
      input = {
        project: $input.project
        issue_type: $input.issue_type
        summary: $input.summary
        description: $input.description
        label: $label
      }
    } as $fields
    function.run jira_request {
      input = {
        method: "POST"
        url: $home ~ "/rest/api/3/issue"
        body: {fields: $fields}
      }
      mock = {
        "an issue is created": {
          status: 201
          headers: []
          result: {id: "10001", key: "OPS-8"}
        }
        "an odd key": {status: 201, headers: [], result: {key: 7}}
        "a key with a wrong status": {status: 200, headers: [], result: {key: "OPS-8"}}
        "a refusal has the words of Jira": {
          status: 400
          headers: []
          result: {
            errorMessages: []
            errors: {issuetype: "Specify a valid issue type"}
          }
        }
        "a success that is none": {status: 200, headers: [], result: "<html>"}
        "no answer": {
          status: 0
          headers: []
          result: null
          error: {code: 28, message: "Operation timed out"}
        }
      }
    } as $answer
    var $key {
      value = $answer|get:"result.key"
    }
    conditional {
      if ($answer.status != 201 || !($key|is_text)) {
        function.run jira_failure {
          input = {response: $answer, task: "create the issue", writes: true}
        } as $message
        throw {
          name = "JiraError"
          value = $message
        }
      }
    }
  }
  response = {key: $key, url: $home ~ "/browse/" ~ $key, created: true}
  test "an issue is created" {
    input = {site: "your-site", project: "OPS", summary: "Disk full"}
    expect.to_equal ($response) {
      value = {
        key: "OPS-8"
        url: "https://your-site.atlassian.net/browse/OPS-8"
        created: true
      }
    }
  }
  test "an open issue is taken" {
    input = {site: "your-site", project: "OPS", summary: "Disk full"}
    expect.to_equal ($response) {
      value = {
        key: "OPS-7"
        url: "https://your-site.atlassian.net/browse/OPS-7"
        created: false
      }
    }
  }
  test "a refusal has the words of Jira" {
    input = {site: "your-site", project: "OPS", summary: "Disk full"}
    expect.to_throw { value = "status 400, issuetype: Specify a valid issue type" }
  }
  test "a success that is none" {
    input = {site: "your-site", project: "OPS", summary: "Disk full"}
    expect.to_throw { value = "status 200, <html>" }
  }
  test "no answer" {
    input = {site: "your-site", project: "OPS", summary: "Disk full"}
    expect.to_throw { value = "no answer, Operation timed out. It may exist" }
  }
  test "the token goes to Atlassian only" {
    input = {site: "example.com/", project: "OPS", summary: "Disk full"}
    expect.to_throw { value = "site must be the first part of the address only" }
  }
  test "a project is a key" {
    input = {site: "your-site", project: "OPS OR 1=1", summary: "Disk full"}
    expect.to_throw { value = "project must be a key in capitals" }
  }
  test "a summary is needed" {
    input = {site: "your-site", project: "OPS"}
    expect.to_throw { value = "Missing param: summary" }
  }
  test "a summary says something" {
    input = {site: "your-site", project: "OPS", summary: "  "}
    expect.to_throw { value = "Minimum length" }
  }
  test "a summary is one line" {
    input = {site: "your-site", project: "OPS", summary: (1..100)|join:"  "}
    expect.to_throw { value = "Maximum length" }
  }
  test "an odd key" {
    input = {site: "your-site", project: "OPS", summary: "Disk full"}
    expect.to_throw { value = "Cannot create the issue: status 201" }
    expect.to_throw { value = "JiraError" }
  }
  test "a key with a wrong status" {
    input = {site: "your-site", project: "OPS", summary: "Disk full"}
    expect.to_throw { value = "Cannot create the issue: status 200" }
  }
}

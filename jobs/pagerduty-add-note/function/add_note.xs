// Adds a note to an incident, unless it has one of the same text.
function add_note {
  description = "Add a note to a PagerDuty incident; the same text is not added twice"
  input {
    text incident_id filters=trim|min:1 {
      description = "Id or number of the incident"
    }
    text content filters=trim|min:1 {
      description = "What the note says"
    }
    email from? {
      description = "E-mail of a user of the account; an account-level key needs it"
    }
    enum region?=us {
      values = ["us", "eu"]
    }
  }
  stack {
    var $path {
      value = "/incidents/" ~ ($input.incident_id|url_encode_rfc3986) ~ "/notes"
    }
    // A note has no key: whether an attempt that was not answered has added it can only be read.
    for (3) {
      each as $attempt {
        function.run pagerduty_request {
          input = {method: "GET", path: $path, region: $input.region}
          mock = {
            "a new note": {
              status: 200
              result: {notes: [{id: "N1", content: "Another one"}], path: $path}
            }
            "a note that is there": {
              status: 200
              result: {notes: [{id: "N1", content: "Restarted db-1"}]}
            }
            "an attempt that was not answered": {
              status: 200
              result: {
                notes: ($attempt == 0) ? [] : [{id: "N2", content: "Restarted db-1"}]
              }
            }
            "no attempt was answered": {status: 200, result: {notes: []}}
            "waits longer each time": {status: 200, result: {notes: []}}
            "a refusal": {status: 200, result: {notes: []}}
            "an incident that nobody knows": {
              status: 404
              result: {error: {code: 2100, message: "Not Found"}}
            }
          }
        } as $listed
        function.run pagerduty_result {
          input = {
            response: $listed
            expected: 200
            property: "notes"
            task: "read the notes"
          }
        } as $notes
        var $same {
          value = $notes|find:$$.content == $input.content
        }
        conditional {
          if ($same != null) {
            debug.log {
              value = "Nothing is added: the incident has this note"
            }
            return {
              value = $same
            }
          }
        }
        function.run pagerduty_request {
          input = {
            method: "POST"
            path: $path
            body: {
              note: {content: $input.content}
            }
            from: $input.from
            region: $input.region
            repeat: false
          }
          mock = {
            "a new note": {
              status: 200
              headers: []
              result: {note: {id: "N2", content: $input.content, path: $path}}
            }
            "an attempt that was not answered": {
              status: 0
              headers: []
              result: null
              error: {message: "Operation timed out"}
            }
            "no attempt was answered": {
              status: 0
              headers: []
              result: null
              error: {message: "Operation timed out"}
            }
            "waits longer each time": {
              status: ($attempt == 2) ? 200 : 503
              headers: []
              result: {note: now}
            }
            "a refusal": {
              status: 400
              headers: []
              result: {error: {code: 2001, message: "Invalid Input Provided"}}
            }
          }
        } as $answer
        function.run retry_wait {
          input = {response: $answer, attempt: $attempt, repeatable: true}
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
    function.run pagerduty_result {
      input = {
        response: $answer
        expected: 200
        property: "note"
        task: "add the note"
      }
    } as $note
  }
  response = $note
  test "a new note" {
    input = {incident_id: " P 1 ", content: " Restarted db-1 "}
    expect.to_equal ($response) {
      value = {id: "N2", content: "Restarted db-1", path: "/incidents/P%201/notes"}
    }
  }
  test "a note that is there" {
    input = {incident_id: "1", content: "Restarted db-1"}
    expect.to_equal ($response.id) { value = "N1" }
  }
  test "an attempt that was not answered" {
    input = {incident_id: "1", content: "Restarted db-1"}
    expect.to_equal ($response.id) { value = "N2" }
  }
  test "no attempt was answered" {
    input = {incident_id: "1", content: "Restarted db-1"}
    expect.to_throw { value = "Cannot add the note: status 0, no answer, Operation timed out" }
  }
  test "a refusal" {
    input = {incident_id: "1", content: "Restarted db-1"}
    expect.to_throw { value = "Cannot add the note: status 400, code 2001" }
  }
  test "an incident that nobody knows" {
    input = {incident_id: "1", content: "Restarted db-1"}
    expect.to_throw { value = "Cannot read the notes: status 404, code 2100, Not Found" }
  }
  test "a note says something" {
    input = {incident_id: "1", content: "  "}
    expect.to_throw
  }
  test "waits longer each time" {
    input = {incident_id: "P1", content: "Restarted db-1"}
    expect.to_equal ($response) { value = 1767225603000 }
  }
}

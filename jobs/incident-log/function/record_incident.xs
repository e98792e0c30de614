// Adds an incident to the log, or changes the one with its key.
function record_incident {
  input {
    text key filters=trim|min:1
    text title filters=trim|min:1
    enum status?=triggered {
      values = ["triggered", "acknowledged", "resolved"]
    }
    enum urgency?=high {
      values = ["high", "low"]
    }
    enum source {
      values = ["input", "pagerduty"]
    }
  }
  stack {
    db.add_or_edit incident {
      field_name = "key"
      field_value = $input.key
      data = {
        key: $input.key
        title: $input.title
        status: $input.status
        urgency: $input.urgency
        source: $input.source
        seen_at: now
      }
    } as $incident
  }
  response = $incident
  test "a new incident" {
    input = {key: " disk ", title: " Disk full ", source: "input"}
    expect.to_equal ($response) {
      value = {
        id: 1
        key: "disk"
        title: "Disk full"
        status: "triggered"
        urgency: "high"
        source: "input"
        logged_at: 1767225600000
        seen_at: 1767225600000
      }
    }
  }
  test "as it is given" {
    input = {
      key: "disk"
      title: "Disk full"
      status: "resolved"
      urgency: "low"
      source: "pagerduty"
    }
    expect.to_equal ($response.status) { value = "resolved" }
    expect.to_equal ($response.urgency) { value = "low" }
    expect.to_equal ($response.source) { value = "pagerduty" }
  }
  test "an incident has a name" {
    input = {key: " ", title: "Disk full", source: "input"}
    expect.to_throw
  }
  test "an incident has a title" {
    input = {key: "disk", title: " ", source: "input"}
    expect.to_throw
  }
}

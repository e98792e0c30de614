// An alert as a message of a chat.
function slack_text {
  input {
    text title
    text source
    text status
    text severity
    text description?
    text url?
  }
  stack {
    var $first {
      value = ($input.status == "resolved") ? ("*Resolved*: " ~ $input.title) : ("*" ~ ($input.severity|capitalize) ~ "*: " ~ $input.title)
    }
    // Slack takes 4,000 characters.
    var $lines {
      value = [
        $first ~ " (" ~ $input.source ~ ")"
        $input.description|substr:0:2500
        $input.url
      ]
    }
  }
  response = $lines|filter_empty|join:"\n"
  test "an alert that fires" {
    input = {
      title: "Disk full"
      source: "db-1"
      status: "firing"
      severity: "critical"
      description: "98 % used"
      url: "https://example.com/db-1"
    }
    expect.to_equal ($response) {
      value = "*Critical*: Disk full (db-1)\n98 % used\nhttps://example.com/db-1"
    }
  }
  test "an alert that has ended" {
    input = {title: "Disk full", source: "db-1", status: "resolved", severity: "critical"}
    expect.to_equal ($response) { value = "*Resolved*: Disk full (db-1)" }
  }
  test "a long description is cut" {
    input = {
      title: "Disk full"
      source: "db-1"
      status: "firing"
      severity: "info"
      description: (1..1000)|join:""
    }
    expect.to_equal ($response) {
      value = "*Info*: Disk full (db-1)\n" ~ ((1..1000)|join:""|substr:0:2500)
    }
  }
}

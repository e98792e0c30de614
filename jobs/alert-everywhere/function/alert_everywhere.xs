// Tells PagerDuty, incident.io and Slack of one alert. Each knows it again by a key made of its identity, so whoever was
// told already is not told twice. One that fails does not keep the others from being told, and then the run fails.
function alert_everywhere {
  description = "Tell PagerDuty, incident.io and Slack of an alert; safe to run twice"
  input {
    text title filters=trim|min:1|max:1000 {
      description = "What is wrong, in one line"
    }
    text source filters=trim|min:1 {
      description = "What it is wrong with, e.g. a host name"
    }
    text description? filters=trim {
      description = "Details"
    }
    enum severity?=error {
      values = ["critical", "error", "warning", "info"]
    }
    enum status?=firing {
      values = ["firing", "resolved"]
    }
    text alert_id? filters=trim|max:200 {
      description = "Name of the alert; derived from source and title when not given"
    }
    text url? filters=trim {
      description = "Where to read more"
    }
    text alert_source_config_id filters=trim|min:1 {
      description = "Id of the alert source of incident.io"
    }
    text channel filters=trim|min:1 {
      description = "Id of the Slack channel"
    }
    enum region?=us {
      values = ["us", "eu"]
      description = "Where the account of PagerDuty is"
    }
    enum[] to? {
      values = ["pagerduty", "incident_io", "slack"]
      description = "Who is told; all three when not given"
    }
  }
  stack {
    var $cause {
      value = $input.source ~ "\n" ~ $input.title
    }
    var $key {
      value = ($input.alert_id != "") ? $input.alert_id : ("xs-" ~ ($cause|sha256))
    }
    var $to {
      value = $input.to|first_notempty:["pagerduty", "incident_io", "slack"]
    }
    var $told {
      value = {}
    }
    var $failures {
      value = []
    }
    // Whoever pages comes first.
    conditional {
      if ($to|in:"pagerduty") {
        try_catch {
          try {
            function.run send_event {
              input = {
                event_action: ($input.status == "resolved") ? "resolve" : "trigger"
                summary: $input.title
                source: $input.source
                severity: $input.severity
                dedup_key: $key
                custom_details: {}|set_ifnotempty:"description":$input.description
                client: ($input.url != "") ? $input.source : ""
                client_url: $input.url
                region: $input.region
              }
              mock = {
                "everybody is told": {dedup_key: $key}
                "an alert has a name": {dedup_key: $key}
                "who is told may be chosen": {dedup_key: $key}
                "one that fails keeps nobody from being told": {dedup_key: $key}
              }
            } as $event
            var.update $told {
              value = $told|set:"pagerduty":$event
            }
          }
          catch {
            array.push $failures {
              value = {to: "pagerduty", why: $error.message}
            }
          }
        }
      }
    }
    conditional {
      if ($to|in:"incident_io") {
        try_catch {
          try {
            function.run create_alert {
              input = {
                alert_source_config_id: $input.alert_source_config_id
                title: $input.title
                description: $input.description
                status: $input.status
                deduplication_key: $key
                metadata: {source: $input.source, severity: $input.severity}
                source_url: $input.url
              }
              mock = {
                "everybody is told": {deduplication_key: $key}
                "an alert has a name": {deduplication_key: $key}
                "one that fails keeps nobody from being told": {deduplication_key: $key}
                "only one is told": {deduplication_key: $key}
              }
            } as $alert
            var.update $told {
              value = $told|set:"incident_io":$alert
            }
          }
          catch {
            array.push $failures {
              value = {to: "incident_io", why: $error.message}
            }
          }
        }
      }
    }
    conditional {
      if ($to|in:"slack") {
        try_catch {
          try {
            function.run slack_text {
              input = {
                title: $input.title
                source: $input.source
                status: $input.status
                severity: $input.severity
                description: $input.description
                url: $input.url
              }
            } as $text
            function.run post_message {
              input = {
                channel: $input.channel
                text: $text
                key: $key ~ "-" ~ $input.status
              }
              mock = {
                "everybody is told": {channel: $input.channel, ts: $text}
                "an alert has a name": {channel: $input.channel, ts: $key}
                "who is told may be chosen": {channel: $input.channel, ts: $key}
              }
            } as $message
            var.update $told {
              value = $told|set:"slack":$message
            }
          }
          catch {
            array.push $failures {
              value = {to: "slack", why: $error.message}
            }
          }
        }
      }
    }
    conditional {
      if (($failures|count) > 0) {
        var $done {
          value = $told|keys|join:", "|first_notempty:"nobody"
        }
        var $left {
          value = $failures|map:($$.to ~ " (" ~ $$.why ~ ")")|join:"; "
        }
        throw {
          name = "AlertError"
          value = "Told: " ~ $done ~ ". Not told: " ~ $left ~ ". Running the job again with the same input tells the rest, and nobody twice"
        }
      }
    }
  }
  response = {key: $key, told: $told}
  test "everybody is told" {
    input = {
      title: " Disk full "
      source: " db-1 "
      severity: "critical"
      alert_source_config_id: "S1"
      channel: " C1 "
    }
    expect.to_equal ($response) {
      value = {
        key: "xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb"
        told: {
          pagerduty: {
            dedup_key: "xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb"
          }
          incident_io: {
            deduplication_key: "xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb"
          }
          slack: {channel: "C1", ts: "*Critical*: Disk full (db-1)"}
        }
      }
    }
  }
  test "an alert has a name" {
    input = {
      title: "Disk full"
      source: "db-1"
      alert_id: " disk "
      alert_source_config_id: "S1"
      channel: "C1"
    }
    expect.to_equal ($response.key) { value = "disk" }
    expect.to_equal ($response.told.pagerduty.dedup_key) { value = "disk" }
    expect.to_equal ($response.told.incident_io.deduplication_key) { value = "disk" }
  }
  test "who is told may be chosen" {
    input = {
      title: "Disk full"
      source: "db-1"
      to: ["pagerduty", "slack"]
      alert_source_config_id: "S1"
      channel: "C1"
    }
    expect.to_be_defined ($response.told.pagerduty)
    expect.to_be_defined ($response.told.slack)
    expect.to_not_be_defined ($response.told.incident_io)
  }
  test "only one is told" {
    input = {
      title: "Disk full"
      source: "db-1"
      to: ["incident_io"]
      alert_source_config_id: "S1"
      channel: "C1"
    }
    expect.to_equal ($response.told) {
      value = {
        incident_io: {
          deduplication_key: "xs-e2f5f3e32381e050b340c19cbf21c3b8f04fbf02a96569095237029427bea2eb"
        }
      }
    }
  }
  test "one that fails keeps nobody from being told" {
    input = {title: "Disk full", source: "db-1", alert_source_config_id: "S1", channel: "C1"}
    expect.to_throw {
      value = "Told: pagerduty, incident_io. Not told: slack (Nothing was sent: slack_bot_token is empty or no token at all"
    }
    expect.to_throw {
      value = "). Running the job again with the same input tells the rest, and nobody twice"
    }
    expect.to_throw { value = "AlertError" }
  }
  test "all of them fail" {
    input = {title: "Disk full", source: "db-1", alert_source_config_id: "S1", channel: "C1"}
    expect.to_throw {
      value = "Told: nobody. Not told: pagerduty (Nothing was sent: pagerduty_routing_key is empty"
    }
    expect.to_throw { value = "; incident_io (Nothing was sent: incident_io_api_token is empty" }
    expect.to_throw { value = "; slack (Nothing was sent: slack_bot_token is empty" }
  }
  test "an alert says something" {
    input = {title: " ", source: "db-1", alert_source_config_id: "S1", channel: "C1"}
    expect.to_throw { value = "Minimum length" }
  }
  test "a title is one line" {
    input = {title: ((1..400)|join:""), source: "db-1", alert_source_config_id: "S1", channel: "C1"}
    expect.to_throw { value = "Maximum length" }
  }
  test "it is wrong with something" {
    input = {title: "Disk full", source: " ", alert_source_config_id: "S1", channel: "C1"}
    expect.to_throw { value = "Minimum length" }
  }
  test "a name has a length" {
    input = {
      title: "Disk full"
      source: "db-1"
      alert_id: ((1..200)|join:"")
      alert_source_config_id: "S1"
      channel: "C1"
    }
    expect.to_throw { value = "Maximum length" }
  }
  test "nobody else is told" {
    input = {
      title: "Disk full"
      source: "db-1"
      to: ["pager"]
      alert_source_config_id: "S1"
      channel: "C1"
    }
    expect.to_throw { value = "not one of the allowable values" }
  }
}

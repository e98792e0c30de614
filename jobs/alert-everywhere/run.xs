run.job "Alert Everywhere" {
  main = {
    name: "alert_everywhere"
    input: {
      title: "Test alert, please ignore"
      source: "xsrun"
      severity: "info"
      alert_source_config_id: "01J0SRCE000000000000000001"
      channel: "C0000000000"
    }
  }
  env = ["pagerduty_routing_key", "incident_io_api_token", "slack_bot_token"]
}

run.job "PagerDuty Events v2" {
  main = {
    name: "send_event"
    input: {
      event_action: "trigger"
      summary: "Test alert"
      source: "xsrun"
      severity: "error"
    }
  }
  env = ["pagerduty_routing_key"]
}

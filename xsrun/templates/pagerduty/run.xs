run.job "JOB_NAME" {
  main = {
    name: "send_event"
    input: {summary: "Test alert", source: "xsrun"}
  }
  env = ["pagerduty_routing_key"]
}

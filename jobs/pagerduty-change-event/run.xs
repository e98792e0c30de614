run.job "PagerDuty Change Event" {
  main = {
    name: "send_change"
    input: {summary: "Test change", source: "xsrun"}
  }
  env = ["pagerduty_routing_key"]
}

run.job "PagerDuty Escalate Incident" {
  main = {name: "escalate_incident"}
  env = ["pagerduty_api_key"]
}

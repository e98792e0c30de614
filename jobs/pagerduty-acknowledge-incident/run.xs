run.job "PagerDuty Acknowledge Incident" {
  main = {name: "acknowledge_incident"}
  env = ["pagerduty_api_key"]
}

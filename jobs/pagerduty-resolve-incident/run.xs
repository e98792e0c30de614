run.job "PagerDuty Resolve Incident" {
  main = {name: "resolve_incident"}
  env = ["pagerduty_api_key"]
}

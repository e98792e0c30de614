run.job "PagerDuty Create Incident" {
  main = {
    name: "create_incident"
    input: {
      title: "Test incident"
      urgency: "high"
      service_id: "PSVC001"
    }
  }
  env = ["pagerduty_api_key"]
}

run.job "Incident Log" {
  main = {
    name: "log_incidents"
    input: {
      incidents: [{key: "test", title: "Test incident", urgency: "low"}]
    }
  }
  env = ["pagerduty_api_key"]
}

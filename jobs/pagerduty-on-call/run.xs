run.job "PagerDuty On Call" {
  main = {
    name: "who_is_on_call"
    input: {service_id: "PSVC001"}
  }
  env = ["pagerduty_api_key"]
}

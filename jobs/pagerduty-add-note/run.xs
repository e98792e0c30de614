run.job "PagerDuty Add Note" {
  main = {
    name: "add_note"
    input: {content: "Test note"}
  }
  env = ["pagerduty_api_key"]
}

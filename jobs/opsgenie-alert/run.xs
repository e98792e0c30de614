run.job "Opsgenie Alert" {
  main = {
    name: "send_alert"
    input: {message: "Test alert, please ignore", entity: "xsrun", priority: "P5"}
  }
  env = ["opsgenie_api_key"]
}

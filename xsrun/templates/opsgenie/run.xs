run.job "JOB_NAME" {
  main = {
    name: "send_alert"
    input: {message: "Test alert, please ignore", entity: "xsrun", priority: "P5"}
  }
  env = ["opsgenie_api_key"]
}

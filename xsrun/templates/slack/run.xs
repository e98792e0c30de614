run.job "JOB_NAME" {
  main = {
    name: "send_message"
    input: {text: "Test message, please ignore"}
  }
  env = ["slack_webhook_url"]
}

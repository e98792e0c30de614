run.job "Slack Message" {
  main = {
    name: "post_message"
    input: {channel: "C0000000000", text: "Test message, please ignore"}
  }
  env = ["slack_bot_token"]
}

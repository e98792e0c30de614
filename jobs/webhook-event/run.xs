run.job "Webhook Event" {
  main = {
    name: "post_event"
    input: {
      event: "test"
      data: {message: "Test event, please ignore"}
    }
  }
  env = ["webhook_url", "webhook_secret"]
}

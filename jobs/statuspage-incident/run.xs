run.job "Statuspage Incident" {
  main = {
    name: "set_incident"
    input: {
      page_id: "kctbh9vrtdwd"
      name: "Test incident, please ignore"
      body: "This is a test."
      notify: false
    }
  }
  env = ["statuspage_api_key"]
}

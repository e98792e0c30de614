run.job "incident.io Create Incident" {
  main = {
    name: "open_incident"
    input: {name: "Test incident", severity_id: "01J0SEVR000000000000000001", mode: "test"}
  }
  env = ["incident_io_api_key"]
}

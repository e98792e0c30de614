run.job "incident.io Resolve Alert" {
  main = {
    name: "resolve_alert"
    input: {
      alert_source_config_id: "01J0SRCE000000000000000001"
      title: "Test alert"
    }
  }
  env = ["incident_io_api_token"]
}

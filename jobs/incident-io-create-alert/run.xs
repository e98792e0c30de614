run.job "incident.io Create Alert" {
  main = {
    name: "create_alert"
    input: {
      alert_source_config_id: "01J0SRCE000000000000000001"
      status: "firing"
      alert: {title: "Test alert"}
    }
  }
  env = ["incident_io_api_token"]
}

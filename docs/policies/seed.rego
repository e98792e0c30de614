run[job] {
  job := {
    id: "your-action",
    uses: "incident_io.create_alert",
    args: {
      "secret_api_token": input.env.INCIDENT_IO_API_TOKEN,
      "alert_source_config_id": "B2BJGP4XSC4ZNWUY8FB5KIOV4SLGRS8N",
      "status": "firing",
      "deduplication_key": "dedup-key",
      "metadata": {
        "key1": "value1",
        "key2": "value2"
      }
    }
  },
}

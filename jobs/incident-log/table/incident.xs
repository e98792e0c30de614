table incident {
  description = "Incidents as they were last seen"
  auth = false
  schema {
    int id
    text key {
      description = "Names the incident: its id at PagerDuty, or what was given"
    }
    text title
    enum status {
      values = ["triggered", "acknowledged", "resolved"]
    }
    enum urgency {
      values = ["high", "low"]
    }
    enum source {
      values = ["input", "pagerduty"]
    }
    timestamp logged_at?=now
    timestamp seen_at
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
    {type: "btree|unique", field: [{name: "key", op: "asc"}]}
    {type: "btree", field: [{name: "status", op: "asc"}]}
  ]
}

//=== rules of the provider are checked before anything is sent
try_catch {
  try {
    pagerduty.create_incident { api_key = "u+SIMuserKEY00000001" title = "Disk full" service_id = "" urgency = "urgent" }
  }
  catch {
    var $name { value = $error.name }
    var $code { value = $error.code }
    var $message { value = $error.message }
    var $result { value = $error.result }
    var $payload { value = $error.payload }
  }
}
expect.to_equal ($name) { value = "PagerDutyAPIError" }
expect.to_equal ($code) { value = "ERROR_CODE_INPUT_ERROR" }
expect.to_equal ($message) {
  value = "Nothing was sent: `service_id` is missing; `urgency` must be one of high, low"
}
expect.to_equal ($result.errors) { value = ["`service_id` is missing", "`urgency` must be one of high, low"] }
expect.to_equal ($result|unset:"errors"|unset:"message") { value = {status: 0, code: null, request_id: null, unclear: false} }
expect.to_equal ($payload) { value = $result }
//=== no answer is an error that can be caught
try_catch {
  try { incident_io.create_alert { secret_api_token = "s" alert_source_config_id = "01J0" title = "Disk full" attempts = 2 } }
  catch { var $failed { value = [$error.name, $error.message, $error.result.unclear] } }
}
expect.to_equal ($failed) {
  value = ["IncidentIoAPIError", "Cannot send the alert: status 0, no answer, network disabled in tests", false]
}
//=== keys of the other kind are told by their length and never shown
try_catch {
  try { pagerduty.get { api_key = "0123456789abcdef0123456789abcdef" incident_id = "P1" } }
  catch { var $rest { value = $error.message } }
}
try_catch {
  try { pagerduty.send_event { routing_key = "u+SIMuserKEY00000001" summary = "Disk full" source = "db-1" } }
  catch { var $events { value = $error.message } }
}
expect.to_contain ($rest) { value = "has 32 characters, like the integration key (routing key) of the Events API" }
expect.to_contain ($events) { value = "has 20 characters, like a REST API key of PagerDuty" }
expect.to_equal ($rest|contains:"0123456789") { value = false }
expect.to_equal ($events|contains:"SIMuser") { value = false }
//=== a null counts as not given
try_catch {
  try {
    incident_io.edit_incident { api_key = "k" incident_id = "1" name = null summary = "" custom_field_entries = [] }
  }
  catch { var $failed { value = $error.message } }
}
expect.to_equal ($failed) { value = "Nothing was sent: nothing is to be changed" }
//=== names of the body are told from those of the statement
pagerduty.create_incident {
  api_key = "u+SIMuserKEY00000001"
  title = "Disk full"
  service = "PSVC001"  //! unknown-attribute: write `service_id = …`
  description = "98 % used"  //! unknown-attribute: write `details = …`
}
//=== what is needed is asked for
pagerduty.note { api_key = "u+SIMuserKEY00000001" content = "x" }  //! missing-attribute: add `incident_id = …`
incident_io.create_alert { title = "x" }  //! missing-attribute: add `secret_api_token = …` //! missing-attribute: add `alert_source_config_id = …`
//=== a statement that is not there
pagerduty.create { title = "x" }  //! unknown-statement
pagerduty.acknowledge_incident { incident_id = "x" }  //! unknown-statement: did you mean `pagerduty.acknowledge`?
//=== words of Python are attributes as any other
try_catch {
  try {
    pagerduty.send_event {
      routing_key = "0123456789abcdef0123456789abcdef"
      summary = "Disk full"
      source = "db-1"
      class = "disk"
      attempts = 1
    }
  }
  catch { var $failed { value = $error.result.status } }
}
api.request { url = "ftp://x.test" async = true } as $answer
expect.to_equal ([$failed, $answer.response.status]) { value = [0, 0] }

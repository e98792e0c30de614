function post {
  input {
    text host
    text title
  }
  stack {
    var $base {
      value = ($input.host == "alerts.example.com") ? "https://alerts.example.com" : ("https://" ~ ([$input.host, "example", "com"]|join:"."))
    }
    api.request {
      url = $base ~ "/v1/alerts"
      method = "POST"
      headers = ["Content-Type: application/json", "Authorization: Bearer " ~ $env.api_key]
      params = {title: $input.title, labels: ["a", "b"]}
    } as $answer
    precondition ($answer.response.status == 201) {
      error_type = "accessdenied"
      error = "status " ~ $answer.response.status
    }
  }
  response = $answer.response.result.id
}

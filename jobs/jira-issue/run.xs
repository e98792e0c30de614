run.job "Jira Issue" {
  main = {
    name: "create_issue"
    input: {
      site: "your-site"
      project: "OPS"
      summary: "Test issue, please ignore"
    }
  }
  env = ["jira_email", "jira_api_token"]
}

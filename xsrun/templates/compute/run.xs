run.job "JOB_NAME" {
  main = {
    name: "error_budget"
    input: {
      target_percent: 99.5
      services: [
        {name: "checkout", requests: 20000, failures: 30}
        {name: "search", requests: 8000, failures: 64}
      ]
    }
  }
}

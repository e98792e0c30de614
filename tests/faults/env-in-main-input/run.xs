run.job "Case" {
  main = {
    name: "main"
    input: {
      key: $env.API_KEY
      at: now
    }
  }
  env = ["API_KEY"]
}

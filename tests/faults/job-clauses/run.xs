run.job "Case" {
  main {
    name = "main"
  }
  env = [API_KEY, 5]
  timout = 10
  descripton = "misspelt"
}

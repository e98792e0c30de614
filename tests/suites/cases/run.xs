run.job "Notify" {
  main = {name: "notify", input: {title: "Test", tries: 1}}
  env = ["api_key"]
}

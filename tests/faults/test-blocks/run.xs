run.job "Tests" {
  main = {name: "main"}
}

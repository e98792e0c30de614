run.job "Case" {
  main = {name: "main"}
}

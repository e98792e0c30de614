run.job "Case" {
  main = {name: "main", input: {amount: -5}}
}

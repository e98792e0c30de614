run.job "Case" {
  main = {name: "main", input: {count: "many", extra: 1}}
}

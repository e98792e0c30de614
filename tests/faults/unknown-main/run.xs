run.job "Case" {
  main = {name: "create_incidnet"}
}

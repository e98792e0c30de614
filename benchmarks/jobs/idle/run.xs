run.job "Idle" {
  main = {
    name: "idle"
    input: {title: "Database is down"}
  }
}

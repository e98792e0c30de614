run.job "Case" {
  description = "does nothing"
}

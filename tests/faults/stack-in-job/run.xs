run.job "Case" {
  main = {name: "main"}
  stack {
    debug.log { value = "hello" }
  }
  response = $x
}

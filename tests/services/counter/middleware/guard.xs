middleware guard {
  input {
    json vars
    text type
  }
  stack {
    precondition ($input.vars.word != "secret") {
      error_type = "accessdenied"
      error = "Not this word"
    }
  }
  exception_policy = "critical"
}

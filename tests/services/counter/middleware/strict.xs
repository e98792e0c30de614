middleware strict {
  stack {
    precondition (false) {
      error_type = "accessdenied"
      error = "Not at the end"
    }
  }
  exception_policy = "critical"
}

middleware broken {
  stack {
    precondition (false) { error = "The middleware is broken" }
  }
  exception_policy = "silent"
}

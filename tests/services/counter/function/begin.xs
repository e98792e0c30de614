function begin {
  stack {
    redis.set {
      key = "count"
      data = 0
    }
  }
  response = "ready"
}

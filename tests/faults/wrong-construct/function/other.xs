functon other {
  stack {
  }
}

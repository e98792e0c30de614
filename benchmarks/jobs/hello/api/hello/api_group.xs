api_group "hello" {
  canonical = "hello"
}

api_group "counter" {
  canonical = "count"
}

api_group "Notes" {
  canonical = "notes"
}

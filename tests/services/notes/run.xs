run.service "Notes" {
  description = "People sign up, log in, and see their own notes"
}

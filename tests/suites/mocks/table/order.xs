table "order" {
  auth = false
  schema {
    int id
    int total
  }
}

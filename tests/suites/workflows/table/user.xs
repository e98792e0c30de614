table user {
  auth = true
  schema {
    int id
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}

table user {
  auth = true
  schema {
    int id
    email email
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}

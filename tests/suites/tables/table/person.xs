table person {
  auth = false
  schema {
    int id
    text name
  }
  index = [{type: "primary", field: [{name: "id"}]}]
  items = [
    {id: 1, name: "Ada"}
    {id: 2, name: "Bob"}
  ]
}

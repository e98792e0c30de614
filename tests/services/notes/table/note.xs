table note {
  auth = false
  schema {
    int id
    int user_id {
      table = "user"
    }
    text text filters=trim
    timestamp created_at?=now
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
    {type: "btree", field: [{name: "user_id", op: "asc"}]}
  ]
}

table user {
  auth = true
  schema {
    int id
    timestamp created_at?=now
    email email filters=trim|lower
    password password filters=min:8
    enum role?=member {
      values = ["member", "admin"]
    }
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
    {type: "btree|unique", field: [{name: "email", op: "asc"}]}
  ]
}

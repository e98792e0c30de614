query "last" verb=GET {
  api_group = "Users and Friends"
  response = "done"
  middleware = {
    post: [{name: "strict", active: true}]
  }
}

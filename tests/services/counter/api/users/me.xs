query "me" verb=GET {
  api_group = "Users and Friends"
  auth = "user"
  response = {id: $auth.id}
}

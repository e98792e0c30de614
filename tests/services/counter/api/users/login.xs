query "login" verb=POST {
  api_group = "Users and Friends"
  input {
    int id
  }
  stack {
    security.create_auth_token {
      table = "user"
      extras = {}
      expiration = 3600
      id = $input.id
    } as $token
  }
  response = {token: $token}
}

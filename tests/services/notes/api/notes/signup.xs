query "signup" verb=POST {
  api_group = "Notes"
  input {
    email email
    text password
  }
  stack {
    db.add user {
      data = {email: $input.email, password: $input.password}
    } as $user
    security.create_auth_token {
      table = "user"
      id = $user.id
      extras = {role: $user.role}
    } as $token
  }
  response = {token: $token, user: $user}
}

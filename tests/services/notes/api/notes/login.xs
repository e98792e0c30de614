query "login" verb=POST {
  api_group = "Notes"
  input {
    email email filters=trim|lower
    text password
  }
  stack {
    db.get user {
      field_name = "email"
      field_value = $input.email
      output = ["id", "role", "password"]
    } as $user
    // Nobody learns which of the two was wrong.
    security.check_password {
      text_password = $input.password
      hash_password = $user|get:"password":""
    } as $right
    precondition ($right) {
      error_type = "accessdenied"
      error = "Wrong e-mail or password"
    }
    security.create_auth_token {
      table = "user"
      id = $user.id
      extras = {role: $user.role}
      expiration = 3600
    } as $token
  }
  response = {token: $token}
}

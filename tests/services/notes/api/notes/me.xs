query "me" verb=GET {
  api_group = "Notes"
  auth = "user"
  stack {
    db.get user {
      field_value = $auth.id
    } as $user
  }
  response = {user: $user, role: $auth.role}
}

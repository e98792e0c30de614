query me verb=GET {
  auth = "user"
  stack {
  }
  response = {id: $auth.id, role: $auth.role, again: $auth.extras.role}
}

query "users/{id}" verb=GET {
  api_group = "people"
  auth = "user"
  input {
    int id
  }
  stack {
    precondition ($auth.id == null || $auth.id == $input.id) {
      error_type = "accessdenied"
      error = "Somebody else"
    }
  }
  response = {id: $input.id, asked_by: $auth.id}
  test "the parts of the path are inputs" {
    input = {id: 7}
    expect.to_equal ($response) { value = {id: 7, asked_by: null} }
  }
  test "who asks is given as $auth" {
    input = {id: 7, "$auth": {id: 7}}
    expect.to_equal ($response.asked_by) { value = 7 }
  }
  test "somebody else" {
    input = {id: 7, "$auth": {id: 8}}
    expect.to_throw { value = "Somebody else" }
  }
}

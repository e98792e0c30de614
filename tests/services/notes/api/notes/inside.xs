query "inside" verb=GET {
  api_group = "Notes"
  input {
    text token
  }
  stack {
    api.call "notes" verb=GET {
      api_group = "Notes"
      auth = {token: $input.token}
    } as $notes
  }
  response = $notes
}

query "notes" verb=POST {
  api_group = "Notes"
  auth = "user"
  input {
    text text filters=trim|min:1
  }
  stack {
    db.add note {
      data = {user_id: $auth.id, text: $input.text}
    } as $note
  }
  response = $note
}

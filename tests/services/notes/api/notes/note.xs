query "notes/{id}" verb=GET {
  api_group = "Notes"
  auth = "user"
  input {
    int id
  }
  stack {
    db.query note {
      where = $db.note.id == $input.id && $db.note.user_id == $auth.id
      return = {type: "single"}
    } as $note
    precondition ($note != null) {
      error_type = "notfound"
      error = "There is no such note"
    }
  }
  response = $note
}

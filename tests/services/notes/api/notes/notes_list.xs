query "notes" verb=GET {
  api_group = "Notes"
  auth = "user"
  input {
    int page?
    text search?
  }
  stack {
    db.query note {
      where = $db.note.user_id == $auth.id && $db.note.text includes? $input.search
      sort = {id: "desc"}
      return = {
        type: "list"
        paging: {page: $input.page, per_page: 2, totals: true}
      }
    } as $notes
  }
  response = $notes
}

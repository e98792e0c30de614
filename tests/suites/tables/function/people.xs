function people {
  input {
    text add?
  }
  stack {
    conditional {
      if ($input.add != "") {
        db.add person {
          data = {name: $input.add}
        } as $added
      }
    }
    db.query person {
      return = {type: "list"}
    } as $found
  }
  response = $found|map:$$.name
  test "has no rows" {
    expect.to_equal ($response) { value = [] }
  }
  test "adds a row" {
    input = {add: "Eve"}
    expect.to_equal ($response) { value = ["Eve"] }
  }
  test "sees nothing of other tests" {
    expect.to_equal ($response) { value = [] }
  }
  test "has the rows of the table" {
    datasource = "live"
    input = {add: "Eve"}
    expect.to_equal ($response) { value = ["Ada", "Bob", "Eve"] }
  }
}

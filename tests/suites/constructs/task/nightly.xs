task nightly {
  stack {
    function.run "sub folder/clock" as $now
    precondition ($now|is_int)
    return {
      value = $now
    }
  }
  test "gives what it returns" {
    expect.to_be_greater_than ($response) { value = "2025-12-31" }
  }
}

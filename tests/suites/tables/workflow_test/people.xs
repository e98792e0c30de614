workflow_test "all calls share the rows of the test" {
  stack {
    function.run "people" { input = {add: "Eve"} } as $first
    function.call "people" { input = {add: "Kim"} } as $second
    expect.to_equal ($second) { value = ["Eve", "Kim"] }
  }
}
---
workflow_test "has the rows of the table" {
  datasource = "seed"
  stack {
    function.run "people" as $found
    expect.to_equal ($found) { value = ["Ada", "Bob"] }
  }
}

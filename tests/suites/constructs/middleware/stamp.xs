middleware stamp {
  stack {
    var $stamped {
      value = $input.vars|set:"kind":$input.type
    }
  }
  response = $stamped
  test "adds its kind" {
    input = {vars: {a: 1}, type: "pre"}
    expect.to_equal ($response) { value = {a: 1, kind: "pre"} }
  }
}

function turns {
  stack {
    var $turns {
      value = 0
    }
    while ($turns < 3) {
      each {
        math.add $turns {
          value = 1
        }
      }
    }
  }
  response = $turns
  test "three" {
    expect.to_equal ($response) { value = 3 }
  }
}

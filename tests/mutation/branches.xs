function branch {
  input {
    int n
  }
  stack {
    conditional {
      if ($input.n == 1) {
        var $name {
          value = "one"
        }
      }
      elseif ($input.n == 2) {
        var $name {
          value = "two"
        }
      }
      else {
        var $name {
          value = "many"
        }
      }
    }
  }
  response = $name
  test "many" {
    input = {n: 3}
    expect.to_equal ($response) { value = "many" }
  }
}

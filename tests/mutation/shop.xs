function discount {
  input {
    decimal price filters=min:0|max:100
    int count?=1
  }
  stack {
    precondition ($input.count > 0) {
      error_type = "inputerror"
      error = "nothing"
    }
    var $off {
      value = 0
    }
    conditional {
      if ($input.count >= 10 && !$input.price|is_null) {
        var $off {
          value = ($input.count > 99) ? 20 : 10
        }
      }
      else {
        debug.log {
          value = "no discount"
        }
      }
    }
  }
  response = $off + 3
  test "many" {
    input = {price: 5, count: 10}
    expect.to_equal ($response) { value = 13 }
  }
  test "none" {
    input = {price: 5, count: 0}
    expect.to_throw { value = "nothing" }
  }
}
---
function untested {
  input {
    text name
  }
  stack {
    return {
      value = "Hi " ~ $input.name
    }
  }
  response = null
}

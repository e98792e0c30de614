workflow_test "ends with the first assertion that does not hold" {
  stack {
    foreach ([2, 4, 5, 6, 7]) {
      each as $n {
        expect.to_equal ($n % 2) {
          description = "all are even"
          value = 0
        }
      }
    }
  }
}
---
workflow_test "fails whatever catches errors around the assertion" {
  stack {
    try_catch {
      try {
        expect.to_equal ({a: 1, b: [1, 2]}) { value = {a: 1, b: [1, 3]} }
      }
      catch {
        debug.log { value = "caught" }
      }
    }
  }
}
---
workflow_test "an assertion is no error that is demanded" {
  stack {
    expect.to_throw {
      stack {
        expect.to_be_true (false)
      }
    }
  }
}
---
workflow_test "demands an error that does not come" {
  stack {
    expect.to_throw {
      stack {
        function.call "twice" { input = {of: 1} } as $r
      }
    }
  }
}
---
workflow_test "demands another error" {
  stack {
    expect.to_throw {
      stack {
        function.call "half" { input = {of: 1} } as $r
      }
      exception = "odd"
    }
  }
}
---
workflow_test "does not reach the network" {
  stack {
    function.call "half" { input = {of: 2} } as $r
    expect.to_be_null ($r)
  }
}
---
workflow_test "fails in a workflow test it calls" {
  stack {
    workflow_test.call "demands an error that does not come" as $r
  }
}
---
workflow_test "sees no variable of a function" {
  stack {
    api.call me verb=GET as $r
    expect.to_not_be_null ($r.id)
  }
}

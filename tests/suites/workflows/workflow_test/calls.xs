workflow_test "binds what a function gives" {
  tags = ["quick", "calls"]
  stack {
    function.call "twice" { input = {of: 4} } as $r
    function.run "twice" { input = {of: $r} } as $s
    expect.to_equal ($r + $s) { value = 24 }
  }
}
---
workflow_test "binds the errors of everything that is called" {
  stack {
    function.call "half" { input = {of: 3} } as $f
    task.call "broken task" as $t
    tool.call "broken tool" as $o
    middleware.call "broken middleware" as $m
    trigger.call "broken trigger" as $g
    workflow_test.call "breaks" as $w
    expect.to_equal ($f) {
      value = {code: "ERROR_CODE_INPUT_ERROR", name: "Exception", message: "Only even numbers", payload: ""}
    }
    expect.to_equal ([$t, $o, $m, $g]|map:$$.message) {
      value = ["no task", "no tool", "no middleware", "no trigger"]
    }
    expect.to_equal ($w.message) { value = "Division by zero" }
  }
}
---
workflow_test "raises them where an error is demanded" {
  stack {
    var $kept { value = 1 }
    expect.to_throw {
      stack {
        var.update $kept { value = 2 }
        function.call "half" { input = {of: 3} } as $f
      }
      exception = "EVEN numbers"
    }
    expect.to_throw {
      stack {
        task.call "broken task"
      }
    }
    expect.to_throw {
      stack {
        function.run "half" { input = {of: 3} } as $f
      }
    }
    expect.to_equal ($kept) { value = 1 }
  }
}
---
workflow_test "knows who is logged in" {
  stack {
    api.call me verb=GET as $nobody
    security.create_auth_token { table = "user", id = 7, extras = {role: "admin"} } as $token
    api.call me verb=GET { auth = {token: $token} } as $somebody
    api.call me verb=GET { auth = {token: "x"} } as $refused
    expect.to_equal ($nobody) { value = {id: null, role: null, again: null} }
    expect.to_equal ($somebody) { value = {id: 7, role: "admin", again: "admin"} }
    expect.to_equal ($refused.code) { value = "ERROR_CODE_UNAUTHORIZED" }
  }
}
---
workflow_test "takes a token that has expired only where that is wanted" {
  stack {
    security.create_auth_token { table = "user", id = 7, expiration = 60 } as $token
    util.sleep { value = 100 }
    api.call me verb=GET { auth = {token: $token} } as $late
    api.call me verb=GET { auth = {token: $token, ignore_expiration: true} } as $taken
    expect.to_contain ($late.message) { value = "expired" }
    expect.to_equal ($taken.id) { value = 7 }
  }
}
---
workflow_test "mocks by the name of the workflow test" {
  stack {
    function.call "half" { input = {of: 4} } as $r
    expect.to_equal ($r) { value = 7 }
    expect.to_be_true (false) { disabled = true }
    workflow_test.call "binds what a function gives" as $w
    expect.to_equal ($w) { value = {status: "ok", message: null} }
  }
}
---
workflow_test "breaks" {
  stack {
    var $x { value = 1 / 0 }
  }
}

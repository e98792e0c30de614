//=== a task gives back what its return gives
task.call "tidy up" as $r
task.call "quiet" as $nothing
expect.to_equal ([$r, $nothing]) { value = ["done", null] }

---
task "tidy up" {
  stack {
    return { value = "done" }
  }
}
---
task quiet {
  stack { }
}

//=== a tool
tool.call "adder" {
  input = {a: 1, b: "2"}
} as $r
expect.to_equal ($r) { value = 3 }

---
tool adder {
  instructions = "adds"
  input {
    int a
    int b
  }
  stack { }
  response = $input.a + $input.b
}

//=== an error in a task, a tool, a middleware or a trigger reaches the caller
foreach (["task", "tool", "middleware", "trigger"]) {
  each as $kind {
    try_catch {
      try {
        switch ($kind) {
          case ("task") { task.call bad } break
          case ("tool") { tool.call bad } break
          case ("middleware") { middleware.call bad } break
          default { trigger.call bad }
        }
        var $caught { value = "nothing" }
      }
      catch { var $caught { value = $error.message } }
    }
    expect.to_equal ($caught) { value = "no " ~ $kind }
  }
}

---
task bad {
  stack { throw { name = "n", value = "no task" } }
}
---
tool bad {
  stack { throw { name = "n", value = "no tool" } }
}
---
middleware bad {
  stack { throw { name = "n", value = "no middleware" } }
}
---
error_trigger bad {
  stack { throw { name = "n", value = "no trigger" } }
}

//=== the standard inputs of middleware and triggers need not be written down
middleware.call "add" {
  input = {vars: {a: 1}, type: "pre"}
} as $r
trigger.call "changed" {
  input = {new: {a: 1}, action: "insert"}
} as $s
expect.to_equal ([$r, $s]) { value = [{a: 1, by: "pre"}, ["insert", {a: 1}, null]] }

---
middleware add {
  stack { }
  response = $input.vars|set:"by":$input.type
}
---
table_trigger changed {
  table = "things"
  stack {
    return { value = [$input.action, $input.new, $input.old] }
  }
}

//=== a workflow test that passes, and one that breaks
workflow_test.call "passes" as $r
expect.to_equal ($r) { value = {status: "ok", message: null} }
expect.to_throw {
  stack {
    workflow_test.call "breaks" as $s
  }
  exception = "by zero"
}

---
workflow_test passes {
  stack { expect.to_be_true (true) }
}
---
workflow_test breaks {
  stack { var $x { value = 1 / 0 } }
}

//=== kinds do not mix
task.call "worker" as $x  //! unresolved-function: there is no task `worker`
tool.call "workr" as $x  //! unresolved-function: did you mean "worker"

---
tool worker {
  stack { }
}

//=== a query
api.call "users/{user_id}" verb=GET {
  input = {user_id: "7"}
} as $found
api.call users verb=POST {
  api_group = "people"
  headers = ["x-tenant: t1"]
  input = {name: "Ada"}
} as $made
expect.to_equal ([$found, $made]) { value = [{id: 7}, ["Ada", "t1", "POST"]] }

---
query "users/{user_id}" verb=GET {
  api_group = "people"
  input {
    int user_id
  }
  stack { }
  response = {id: $input.user_id}
}
---
query users verb=POST {
  api_group = "people"
  input {
    text name
  }
  stack { }
  response = [$input.name, $env.$http_headers["X-Tenant"], $env.$request_method]
}
---
api_group people {
  canonical = "people"
}

//=== an error of a query is bound, but where one is demanded
api.call broken verb=GET as $r
api.call broken verb=GET { input = {n: "x"} } as $s
expect.to_equal ($r) { value = {code: "ERROR_CODE_ACCESS_DENIED", message: "no", payload: {a: 1}} }
expect.to_equal ($s.code) { value = "ERROR_CODE_INPUT_ERROR" }
expect.to_throw {
  stack {
    api.call broken verb=GET as $x
    throw { name = "x", value = "later" }
  }
  exception = "no"
}

---
query broken verb=GET {
  api_group = "g"
  input { int n? }
  stack {
    precondition (false) { error_type = "accessdenied", error = "no", payload = {a: 1} }
  }
}

//=== the verb and the group belong to the name of a query
api.call users verb=PUT as $x  //! unresolved-function: there is no query `PUT users`
api.call users verb=GET { api_group = "other" } as $x  //! unresolved-function: there is no query `GET users in other`

---
query users verb=GET {
  api_group = "people"
  stack { }
}

//=== one path in two groups
api.call users verb=GET { api_group = "b" } as $x
expect.to_equal ($x) { value = "b" }

---
query users verb=GET {
  api_group = "a"
  stack { }
  response = "a"
}
---
query users verb=GET {
  api_group = "b"
  stack { }
  response = "b"
}

//=== an address is no query
api.call {
  url = "https://x.test"  //! misplaced: api.request //! unknown-attribute
} as $x

//=== functions beside their caller
var $jobs { value = [] }
foreach ([1, 2, 3]) {
  each as $n {
    function.run "square" {
      input = {n: $n}
      runtime_mode = "async-shared"
    } as $job
    array.push $jobs { value = $job }
  }
}
expect.to_be_true ($jobs[0]|is_uuid)
await {
  ids = $jobs
  timeout = 5
} as $all
expect.to_equal ($jobs|map:`$all|get:$$`) { value = [1, 4, 9] }
await $jobs[1] as $again
expect.to_equal ($again) { value = 4 }

---
function square {
  input { int n }
  stack { }
  response = $input.n * $input.n
}

//=== a function beside its caller that fails
function.run "fails" { async = true } as $job
await { ids = [$job] } as $all
expect.to_equal ($all|get:$job) {
  value = {code: "ERROR_FATAL", name: "Exception", message: "Division by zero", payload: ""}
}

---
function fails {
  stack { var $x { value = 1 / 0 } }
}

//=== a job id that nobody knows
expect.to_throw {
  stack { await { ids = ["x"], timeout = 1 } as $r }
  exception = "Async timeout"
}
await { ids = [] } as $none
await $none as $same
expect.to_equal ($same) { value = {} }

//=== a function that takes too long
function.run "slow" { async = true } as $job
try_catch {
  try { await { ids = [$job], timeout = 0 } as $r }
  catch { var $caught { value = [$error.message, $error.status] } }
}
expect.to_equal ($caught) { value = ["Async timeout", 500] }

---
function slow {
  stack {
    var $x { value = 0 }
    for (300000) {
      each as $n { math.add $x { value = $n } }
    }
  }
}

//=== what a job was given does not change under it
var $list { value = [1] }
function.run "length" { input = {list: $list}, runtime_mode = "async-dedicated" } as $job
array.push $list { value = 2 }
await $job as $length
expect.to_equal ([$length, $list]) { value = [1, [1, 2]] }

---
function length {
  input { json list }
  stack { }
  response = $input.list|count
}

//=== await needs its jobs
await { timeout = 1 } as $x  //! missing-attribute

//=== whether a function runs beside its caller is a literal
var $beside { value = true }
function.run "one" { async = $beside } as $x  //! not-constant

---
function one {
  stack { }
}

//=== a header goes nowhere outside a request
util.set_header { value = "X-A: 1" } as $r
expect.to_be_null ($r)

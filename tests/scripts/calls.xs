//=== a function and its result
function.run "double" {
  input = {n: 4}
} as $r
expect.to_equal ($r) { value = 8 }

---
function double {
  input {
    int n
  }
  stack {
  }
  response = $input.n * 2
}

//=== a function without a response
function.run nothing as $r
expect.to_be_null ($r)

---
function nothing {
  input {
  }
  stack {
  }
}

//=== names with slashes and spaces
function.run "text/make loud" {
  input = {text: "a"}
} as $r
function.run utils/twice {
  input = {text: "b"}
} as $s
expect.to_equal ($r ~ $s) { value = "A!bb" }

---
function "text/make loud" {
  input { text text }
  stack { }
  response = ($input.text|to_upper) ~ "!"
}
---
function utils/twice {
  input { text text }
  stack { }
  response = $input.text ~ $input.text
}

//=== the variables of the caller are invisible
var $secret { value = 1 }
function.run "look"
expect.to_equal ($secret) { value = 1 }

---
function look {
  input { }
  stack {
    var $seen { value = $secret ?? "nothing" }
    var $secret { value = 2 }
    expect.to_equal ($seen) { value = "nothing" }
  }
}

//=== an argument is a value of its own
var $list { value = [1] }
array.push $list { value = 2 }
function.run "grow" {
  input = {list: $list}
} as $grown
expect.to_equal ([$list, $grown]) { value = [[1, 2], [1, 2, "grown"]] }
array.push $list { value = 3 }
expect.to_equal ([$list, $grown]) { value = [[1, 2, 3], [1, 2, "grown"]] }

---
function grow {
  input { json list }
  stack {
    var $list { value = $input.list }
    array.push $list { value = "grown" }
  }
  response = $list
}

//=== an argument handed through and changed by the caller
var $o { value = {n: [1]} }
function.run "same" {
  input = {value: $o}
} as $same
var.update $o.n[0] { value = 2 }
array.push $same.n { value = 3 }
expect.to_equal ([$o, $same]) { value = [{n: [2]}, {n: [1, 3]}] }

---
function same {
  input { json value }
  stack { }
  response = $input.value
}

//=== every call has its own variables
var $r { value = [] }
for (2) {
  each as $i {
    function.run "collect" {
      input = {n: $i}
    } as $one
    array.push $r { value = $one }
  }
}
expect.to_equal ($r) { value = [[0], [1]] }

---
function collect {
  input { int n }
  stack {
    var $list { value = $list ?? [] }
    array.push $list { value = $input.n }
  }
  response = $list
}

//=== recursion
function.run "factorial" {
  input = {n: 20}
} as $r
expect.to_equal ($r) { value = 2432902008176640000 }

---
function factorial {
  input { int n }
  stack {
    conditional {
      if ($input.n <= 1) {
        return { value = 1 }
      }
    }
    function.run "factorial" {
      input = {n: $input.n - 1}
    } as $smaller
  }
  response = $input.n * $smaller
}

//=== functions that call each other
function.run "is_even" {
  input = {n: 7}
} as $r
expect.to_be_false ($r)

---
function is_even {
  input { int n }
  stack {
    conditional {
      if ($input.n == 0) { return { value = true } }
    }
    function.run "is_odd" { input = {n: $input.n - 1} } as $r
  }
  response = $r
}
---
function is_odd {
  input { int n }
  stack {
    conditional {
      if ($input.n == 0) { return { value = false } }
    }
    function.run "is_even" { input = {n: $input.n - 1} } as $r
  }
  response = $r
}

//=== return ends the function instead of its response
function.run "early" as $r
expect.to_equal ($r) { value = "early" }

---
function early {
  input { }
  stack {
    group {
      stack { return { value = "early" } }
    }
    var $x { value = 1 / 0 }
  }
  response = $x
}

//=== return out of loops
function.run "first_over" {
  input = {limit: 5}
} as $r
expect.to_equal ($r) { value = [2, 3] }

---
function first_over {
  input { int limit }
  stack {
    foreach ([1, 2, 3]) {
      each as $a {
        for (4) {
          each as $b {
            conditional {
              if ($a * $b > $input.limit) {
                return { value = [$a, $b] }
              }
            }
          }
        }
      }
    }
  }
  response = "none"
}

//=== finally runs before a return
function.run "tidy" as $r
expect.to_equal ($r) { value = "from try" }

---
function tidy {
  input { }
  stack {
    try_catch {
      try { return { value = "from try" } }
      catch { return { value = "from catch" } }
      finally { expect.to_be_true (true) }
    }
  }
}

//=== a return in finally wins
function.run "last_word" as $r
expect.to_equal ($r) { value = "from finally" }

---
function last_word {
  input { }
  stack {
    try_catch {
      try { throw { name = "n" value = 1 } }
      catch { return { value = "from catch" } }
      finally { return { value = "from finally" } }
    }
  }
}

//=== a return in finally of a loop
function.run "loops" as $r
expect.to_equal ($r) { value = [0, "left"] }

---
function loops {
  input { }
  stack {
    for (3) {
      each as $i {
        try_catch {
          try { continue }
          catch { continue }
          finally { return { value = [$i, "left"] } }
        }
      }
    }
  }
}

//=== an error of a called function reaches the caller unchanged
try_catch {
  try { function.run "demand" { input = {n: 0} } as $r }
  catch { var $e { value = [$error.code, $error.message, $error.status] } }
}
expect.to_equal ($e) { value = ["ERROR_CODE_ACCESS_DENIED", "n must be positive", 403] }

---
function demand {
  input { int n }
  stack {
    precondition ($input.n > 0) {
      error_type = "accessdenied"
      error = "n must be positive"
    }
  }
  response = true
}

//=== an input that is missing
try_catch {
  try { function.run "needs" { input = {other: 1} } as $r }  //! missing-input //! unknown-input
  catch { var $e { value = [$error.code, $error.message, $error.payload] } }
}
expect.to_equal ($e) { value = ["ERROR_CODE_INPUT_ERROR", "Missing param: name", {param: "name"}] }

---
function needs {
  input { text name }
  stack { }
}

//=== an input of the wrong type
expect.to_throw {
  stack {
    function.run "needs" {
      input = {n: "abc"}
    } as $r
  }
  exception = "ERROR_CODE_INPUT_ERROR"
}

---
function needs {
  input { int n }
  stack { }
}

//=== inputs with marks
function.run "marks" {
  input = {a: "1"}
} as $r
expect.to_equal ($r) { value = {a: 1, b: null, c: "x", d: [1, 2], e: null} }

---
function marks {
  input {
    int a
    text b?
    text c?="x"
    json d?=[1, 2]
    text? e?
  }
  stack { }
  response = $input
}

//=== the input as any object
var $given { value = {n: 2} }
function.run "square" { input = $given } as $a
function.run "square" { input = $given|set:"n":3 } as $b
function.run "square" { input = {...$given} } as $c
expect.to_equal ([$a, $b, $c]) { value = [4, 9, 4] }

---
function square {
  input { int n }
  stack { }
  response = $input.n * $input.n
}

//=== an input that cannot be an object
expect.to_throw {
  stack {
    var $list { value = [1] }
    function.run "square" { input = $list } as $a
  }
  exception = "must be an object"
}

---
function square {
  input { int n }
  stack { }
  response = $input.n * $input.n
}

//=== function.call gives an error back as a value
function.call "fails" as $error_value
function.call "works" as $good_value
expect.to_equal ($error_value) {
  value = {code: "ERROR_CODE_NOT_FOUND", name: "Exception", message: "gone", payload: ""}
}
expect.to_equal ($good_value) { value = 1 }
expect.to_throw {
  stack { function.call "fails" as $x }
  exception = "gone"
}

---
function fails {
  input { }
  stack {
    precondition (false) { error_type = "notfound", error = "gone" }
  }
}
---
function works {
  input { }
  stack { }
  response = 1
}

//=== a function that is not there
function.run "greetings" as $x  //! unresolved-function: did you mean "greeting"

---
function greeting {
  input { }
  stack { }
}

//=== a call without a name
function.run { input = {} } as $x  //! missing-name

//=== an input that nobody declares
var $x { value = 1 }
expect.to_equal ($x) { value = 1 }

---
function undeclared {
  input { int amount }
  stack { }
  response = $input.amonut  //! unknown-input: did you mean `$input.amount`
}

//=== two functions of one name
expect.to_be_true (true)

---
function twin {
  input { }
  stack { }
}
---
function twin {  //! duplicate-name
  input { }
  stack { }
}

//=== too many calls inside one another
function.call "endless" as $x

---
function endless {
  input { }
  stack {
    try_catch {
      try { function.run "shallow" { input = {n: 900} } as $r }
      catch { var $r { value = "caught" } }
    }
    expect.to_equal ($r) { value = 900 }
  }
}
---
function shallow {
  input { int n }
  stack {
    conditional {
      if ($input.n == 0) { return { value = 0 } }
    }
    function.run "shallow" { input = {n: $input.n - 1} } as $below
  }
  response = $below + 1
}

//=== the whole input
function.run "inputs" {
  input = {a: 1, extra: 2}  //! unknown-input
} as $r
expect.to_equal ($r) { value = [{a: 1}, {a: 1}] }

---
function inputs {
  input { int a }
  stack {
    util.get_all_input as $all
  }
  response = [$all, `$input`]
}

//=== an input is not assigned
function.run "assigns" { input = {a: 1} } as $r

---
function assigns {
  input { int a }
  stack {
    var.update $input.a { value = 2 }  //! reserved-name
  }
}

//=== variables bound again
function.run "one" as $x
function.run "one" as $x
expect.to_equal ($x) { value = 1 }

---
function one {
  input { }
  stack { }
  response = 1
}

//=== the old form of a response
function.run "old" as $x
expect.to_equal ($x) { value = 5 }

---
function old {
  input { }
  stack { }
  response {
    value = 5
  }
}

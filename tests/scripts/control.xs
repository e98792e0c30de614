//=== the first true branch runs
var $r { value = [] }
foreach ([1, 2, 3, 4]) {
  each as $n {
    conditional {
      if ($n == 1) { array.push $r { value = "one" } }
      elseif ($n == 2) { array.push $r { value = "two" } }
      elseif ($n <= 3) { array.push $r { value = "three" } }
      else { array.push $r { value = "more" } }
    }
  }
}
expect.to_equal ($r) { value = ["one", "two", "three", "more"] }

//=== empty branches
var $r { value = 1 }
conditional {
  if (true) {
  }
  else { var.update $r { value = 2 } }
}
expect.to_equal ($r) { value = 1 }

//=== else if in two words
conditional {
  if (false) { debug.log { value = 1 } }
  else if (true) { debug.log { value = 2 } }  //! syntax
}

//=== a conditional without if
conditional {
  else { debug.log { value = 1 } }  //! syntax
}

//=== a branch outside a conditional
if (true) { debug.log { value = 1 } }  //! misplaced: conditional

//=== a branch behind else
conditional {
  if (false) { debug.log { value = 1 } }
  else { debug.log { value = 2 } }  //! syntax
  elseif (true) { debug.log { value = 3 } }
}

//=== variables know no blocks
var $set { value = "before" }
conditional {
  if (true) {
    var $set { value = "inside" }
    var $new { value = "born inside" }
  }
}
expect.to_equal ($set) { value = "inside" }
expect.to_equal ($new) { value = "born inside" }
for (2) {
  each as $i {
    var $last { value = $i }
  }
}
expect.to_equal ([$i, $last]) { value = [1, 1] }

//=== a variable of a branch that did not run
conditional {
  if (false) { var $maybe { value = 1 } }
}
expect.to_throw {
  stack { var $x { value = $maybe } }
  exception = "Missing var entry: maybe"
}
expect.to_equal ($maybe ?? "unset") { value = "unset" }

//=== a variable set after its first use in a loop
var $r { value = [] }
for (2) {
  each as $i {
    array.push $r { value = $seen ?? "nothing" }
    var $seen { value = $i }
  }
}
expect.to_equal ($r) { value = ["nothing", 0] }

//=== updating a variable that nothing sets
expect.to_throw {
  stack { var.update $ghost { value = 1 } }  //! unknown-variable
}

//=== reserved names
var $input { value = 1 }  //! reserved-name: '$input' is a reserved variable name
var $auth { value = 1 }  //! reserved-name
var $env { value = 1 }  //! reserved-name
var $this { value = 1 }  //! reserved-name

//=== a statement whose name an export lost fails when it is reached, and not before
conditional {
  if (false) {
    db.add "" { data = {a: 1} } as $row  //! lost-reference
    placeholder "mvp:crypto_jwe_decode"  //! not-local
  }
}
expect.to_throw {
  stack { function.run "" { input = {a: 1} } as $made }  //! lost-reference: `function.run` names nothing
}
//=== names that are allowed all the same
var $response { value = {total: 1} }
var.update $response.total { value = $response.total + 1 }
array.push $response.list { value = $var.response.total }
expect.to_equal ($response) { value = {total: 2, list: [2]} }
var $result { value = 1 }
var $index { value = 2 }
var $item { value = $result + $index }
expect.to_equal ($item) { value = 3 }

//=== a variable by its long name
var $x { value = {a: 1} }
expect.to_equal ($var.x.a) { value = 1 }
var.update $var.x.a { value = 2 }
expect.to_equal ($x) { value = {a: 2} }

//=== a case without break falls through
var $r { value = [] }
switch (1) {
  case (0) { array.push $r { value = 0 } }
  case (1) { array.push $r { value = 1 } }
  case (2) { array.push $r { value = 2 } } break
  case (3) { array.push $r { value = 3 } } break
  default { array.push $r { value = "default" } }
}
expect.to_equal ($r) { value = [1, 2] }

//=== falling into the default
var $r { value = [] }
switch ("b") {
  case ("a") { array.push $r { value = "a" } } break
  case ("b") { array.push $r { value = "b" } }
  default { array.push $r { value = "default" } }
}
expect.to_equal ($r) { value = ["b", "default"] }

//=== no case matches
var $r { value = "none" }
switch (9) {
  case (1) { var.update $r { value = 1 } } break
}
expect.to_equal ($r) { value = "none" }
switch (9) {
  case (1) { var.update $r { value = 1 } } break
  default { var.update $r { value = "default" } }
}
expect.to_equal ($r) { value = "default" }

//=== the first of two equal cases runs
var $r { value = [] }
switch (null) {
  case (0) { array.push $r { value = "zero" } } break
  case (null) { array.push $r { value = "null" } } break
}
expect.to_equal ($r) { value = ["zero"] }

//=== the cases of a switch are compared in order and only as far as needed
var $r { value = "" }
switch (1) {
  case (1) { var.update $r { value = "found" } } break
  case (1 / 0) { var.update $r { value = "never" } } break
}
expect.to_equal ($r) { value = "found" }

//=== a switch inside a loop
var $r { value = [] }
for (4) {
  each as $i {
    switch ($i) {
      case (1) { continue } break
      case (3) { break } break
    }
    array.push $r { value = $i }
  }
}
expect.to_equal ($r) { value = [0, 2] }

//=== a default that is not last
switch (1) {
  default { debug.log { value = 1 } }  //! syntax
  case (1) { debug.log { value = 1 } } break
}

//=== counting
var $r { value = [] }
for (3) {
  each as $i { array.push $r { value = $i } }
}
for (0) {
  each as $i { array.push $r { value = "zero" } }
}
for (-2) {
  each as $i { array.push $r { value = "negative" } }
}
for (1.9) {
  each as $i { array.push $r { value = "fraction" } }
}
for ("2") {
  each { array.push $r { value = "text" } }
}
expect.to_equal ($r) { value = [0, 1, 2, "fraction", "text", "text"] }
expect.to_throw {
  stack {
    for ("many") {
      each as $i { debug.log { value = $i } }
    }
  }
  exception = "Not numeric."
}

//=== the counter may be changed without changing the loop
var $r { value = [] }
for (3) {
  each as $i {
    array.push $r { value = $i }
    math.add $i { value = 10 }
  }
}
expect.to_equal ($r) { value = [0, 1, 2] }
expect.to_equal ($i) { value = 12 }

//=== each element
var $r { value = [] }
foreach (["a", "b"]) {
  each as $x { array.push $r { value = $x } }
}
foreach ({k: 1, l: 2}) {
  each as $x { array.push $r { value = $x } }
}
foreach ((1..3)) {
  each as $x { array.push $r { value = $x } }
}
foreach (null) {
  each as $x { array.push $r { value = "null" } }
}
foreach ([]) {
  each as $x { array.push $r { value = "empty" } }
}
expect.to_equal ($r) { value = ["a", "b", 1, 2, 1, 2, 3] }
expect.to_equal ($x) { value = 3 }

//=== a scalar has no elements
expect.to_throw {
  stack {
    foreach ("abc") {
      each as $x { debug.log { value = $x } }
    }
  }
  exception = "Please use a numerically indexed array."
}
expect.to_throw {
  stack {
    foreach (5) {
      each as $x { debug.log { value = $x } }
    }
  }
  exception = "Please use a numerically indexed array."
}

//=== a loop without each
foreach ([1]) {  //! missing-each
  debug.log { value = 1 }
}

//=== while
var $n { value = 0 }
while ($n < 5) {
  each { math.add $n { value = 2 } }
}
expect.to_equal ($n) { value = 6 }
while (false) {
  each { math.add $n { value = 100 } }
}
expect.to_equal ($n) { value = 6 }

//=== break and continue
var $r { value = [] }
foreach ([1, 2, 3, 4, 5]) {
  each as $n {
    conditional {
      if ($n == 2) { continue }
      elseif ($n == 4) { break }
    }
    array.push $r { value = $n }
  }
}
var $w { value = 0 }
while (true) {
  each {
    math.add $w { value = 1 }
    conditional {
      if ($w == 3) { break }
    }
  }
}
expect.to_equal ([$r, $w, $n]) { value = [[1, 3], 3, 4] }

//=== break leaves the innermost loop
var $r { value = [] }
for (3) {
  each as $i {
    for (3) {
      each as $j {
        conditional {
          if ($j > $i) { break }
        }
        array.push $r { value = $i ~ "-" ~ $j }
      }
    }
  }
}
expect.to_equal ($r) { value = ["0-0", "1-0", "1-1", "2-0", "2-1", "2-2"] }

//=== the same variable in nested loops
var $r { value = [] }
for (2) {
  each as $i {
    for (2) {
      each as $i { array.push $r { value = $i } }
    }
    array.push $r { value = "after " ~ $i }
  }
}
expect.to_equal ($r) { value = [0, 1, "after 1", 0, 1, "after 1"] }

//=== break and continue outside a loop
break  //! misplaced
continue  //! misplaced

//=== remove drops the current element
var $list { value = [1, 2, 3, 4, 5, 6] }
var $seen { value = [] }
foreach ($list) {
  each as $n {
    array.push $seen { value = $n }
    conditional {
      if (($n|modulus:2) == 0) { remove }
    }
  }
}
expect.to_equal ([$list, $seen]) { value = [[1, 3, 5], [1, 2, 3, 4, 5, 6]] }

//=== remove every element
var $list { value = ["a", "b", "c"] }
var $kept { value = $list }
foreach ($list) {
  each as $x { foreach.remove }
}
expect.to_equal ([$list, $kept]) { value = [[], ["a", "b", "c"]] }

//=== remove in a loop inside a loop
var $outer { value = [[1, 2], [3, 4]] }
var $sum { value = 0 }
foreach ($outer) {
  each as $inner {
    foreach ($inner) {
      each as $n {
        math.add $sum { value = $n }
        conditional {
          if ($n > 2) { remove }
        }
      }
    }
  }
}
expect.to_equal ([$sum, $outer, $inner]) { value = [10, [[1, 2], [3, 4]], []] }

//=== remove outside a foreach
for (2) {
  each as $i { remove }  //! misplaced
}

//=== remove from what is no variable
foreach ([1, 2]) {  //! misplaced: put the list into a variable first
  each as $i { remove }
}

//=== group
group {
  stack {
    var $r { value = 1 }
    group {
      stack { math.add $r { value = 1 } }
    }
  }
}
expect.to_equal ($r) { value = 2 }

//=== disabled statements
var $r { value = 1 }
!var.update $r { value = 2 }
var.update $r {
  value = 3
  disabled = true
}
!for (3) {
  each as $i { var.update $r { value = 4 } }
}
expect.to_equal ($r) { value = 1 }

//=== comments
// above
var $r { value = 1 }  // behind
comment { description = "stored" }
var $s {
  // inside
  value = "// no comment"
}
expect.to_equal ([$r, $s]) { value = [1, "// no comment"] }

//=== an error is caught
var $r { value = "" }
try_catch {
  try {
    var $x { value = 1 / 0 }
    var.update $r { value = "not reached" }
  }
  catch { var.update $r { value = $error.code ~ ": " ~ $error.message } }
}
expect.to_equal ($r) { value = "ERROR_FATAL: Division by zero" }

//=== what the error of a precondition holds
try_catch {
  try {
    precondition (1 > 2) {
      error_type = "notfound"
      error = "No such thing"
      payload = {id: 7}
    }
  }
  catch { var $e { value = $error } }
}
expect.to_equal ($e) {
  value = {
    code: "ERROR_CODE_NOT_FOUND"
    message: "No such thing"
    name: "Exception"
    result: {id: 7}
    payload: {id: 7}
    status: 404
  }
}

//=== every kind of precondition
var $r { value = [] }
foreach (["standard", "inputerror", "badrequest", "unauthorized", "accessdenied", "notfound", "toomanyrequests"]) {
  each as $kind {
    try_catch {
      try {
        precondition (false) { error_type = $kind, error = $kind }
      }
      catch { array.push $r { value = $error.code ~ " " ~ $error.status } }
    }
  }
}
expect.to_equal ($r) {
  value = [
    "ERROR_FATAL 500"
    "ERROR_CODE_INPUT_ERROR 400"
    "ERROR_CODE_BAD_REQUEST 400"
    "ERROR_CODE_UNAUTHORIZED 401"
    "ERROR_CODE_ACCESS_DENIED 403"
    "ERROR_CODE_NOT_FOUND 404"
    "ERROR_CODE_TOO_MANY_REQUESTS 429"
  ]
}

//=== a precondition without words
try_catch {
  try { precondition (0) }
  catch { var $e { value = [$error.code, $error.message, $error.result] } }
}
expect.to_equal ($e) { value = ["ERROR_FATAL", "Precondition failed.", ""] }

//=== the fields of a precondition are evaluated only when it fails
precondition (true) { error = 1 / 0 }
expect.to_equal (1) { value = 1 }

//=== an unknown kind of precondition
try_catch {
  try {
    precondition (false) {
      error_type = "notfoundd"  //! bad-error-type: notfound
      error = "x"
    }
  }
  catch { var $code { value = $error.code } }
}
expect.to_equal ($code) { value = "ERROR_FATAL" }

//=== what a thrown error holds
try_catch {
  try {
    throw {
      name = "Broken"
      value = {why: "rust"}
    }
  }
  catch { var $e { value = [$error.code, $error.name, $error.message, $error.result] } }
}
expect.to_equal ($e) {
  value = ["ERROR_CODE_THROWN_ERROR", "Broken", "{\"why\":\"rust\"}", {why: "rust"}]
}

//=== throw without a name
try_catch {
  try { throw { value = "x" } }  //! missing-name
  catch { var $e { value = [$error.name, $error.message] } }
}
expect.to_equal ($e) { value = ["", "x"] }

//=== the error is empty where there is none
expect.to_equal ([$error.code, $error.message, $error.name, $error.result]) { value = ["", "", "", ""] }
try_catch {
  try { var $x { value = 1 } }
  catch { var $x { value = 2 } }
  finally { var $in_finally { value = $error.code } }
}
expect.to_equal ([$x, $in_finally]) { value = [1, ""] }

//=== the error inside finally
try_catch {
  try { var $x { value = 1 / 0 } }
  catch { var $x { value = 2 } }
  finally { var $in_finally { value = $error.message } }
}
expect.to_equal ($in_finally) { value = "Division by zero" }

//=== a nested try_catch gives the outer error back
var $r { value = [] }
try_catch {
  try { throw { name = "outer" value = 1 } }
  catch {
    try_catch {
      try { throw { name = "inner" value = 2 } }
      catch { array.push $r { value = $error.name } }
    }
    array.push $r { value = $error.name }
  }
}
expect.to_equal ($r) { value = ["inner", "outer"] }

//=== the error is gone behind the block
try_catch {
  try { throw { name = "n" value = 1 } }
  catch { var $x { value = 1 } }
}
expect.to_equal ($error.name) { value = "" }

//=== finally runs in every case
var $r { value = [] }
try_catch {
  try { array.push $r { value = "try" } }
  catch { array.push $r { value = "catch" } }
  finally { array.push $r { value = "finally" } }
}
for (2) {
  each as $i {
    try_catch {
      try { continue }
      catch { array.push $r { value = "catch" } }
      finally { array.push $r { value = "turn " ~ $i } }
    }
  }
}
for (2) {
  each as $i {
    try_catch {
      try { break }
      catch { array.push $r { value = "catch" } }
      finally { array.push $r { value = "left " ~ $i } }
    }
  }
}
expect.to_equal ($r) { value = ["try", "finally", "turn 0", "turn 1", "left 0"] }

//=== an error in catch goes on after finally
var $r { value = [] }
try_catch {
  try {
    try_catch {
      try { throw { name = "first" value = 1 } }
      catch { throw { name = "second" value = 2 } }
      finally { array.push $r { value = "finally" } }
    }
  }
  catch { array.push $r { value = $error.name } }
}
expect.to_equal ($r) { value = ["finally", "second"] }

//=== an error in finally replaces the one under way
try_catch {
  try {
    try_catch {
      try { throw { name = "first" value = 1 } }
      catch { throw { name = "second" value = 2 } }
      finally { throw { name = "third" value = 3 } }
    }
  }
  catch { var $r { value = $error.name } }
}
expect.to_equal ($r) { value = "third" }

//=== without catch the error is dropped after finally
var $r { value = [] }
try_catch {  //! missing-catch
  try { throw { name = "n" value = 1 } }
  finally { array.push $r { value = "finally" } }
}
array.push $r { value = "after" }
expect.to_equal ($r) { value = ["finally", "after"] }

//=== the order of the blocks is free
var $r { value = [] }
try_catch {
  finally { array.push $r { value = "finally" } }
  catch { array.push $r { value = "catch" } }
  try { throw { name = "n" value = 1 } }
}
expect.to_equal ($r) { value = ["catch", "finally"] }

//=== assignments before the error stay
var $x { value = 1 }
try_catch {
  try {
    var.update $x { value = 2 }
    var $y { value = 3 }
    throw { name = "n" value = 1 }
  }
  catch { math.add $x { value = 10 } }
}
expect.to_equal ([$x, $y]) { value = [12, 3] }

//=== a variable that try did not come to set
try_catch {
  try {
    throw { name = "n" value = 1 }
    var $never { value = 1 }
  }
  catch { var $seen { value = $never ?? "unset" } }
}
expect.to_equal ($seen) { value = "unset" }
expect.to_throw {
  stack { var $x { value = $never } }
  exception = "Missing var entry: never"
}

//=== throwing inside a loop
var $r { value = [] }
foreach ([1, 0, 2]) {
  each as $n {
    try_catch {
      try { array.push $r { value = 4 / $n } }
      catch { array.push $r { value = $error.message } }
    }
  }
}
expect.to_equal ($r) { value = [4, "Division by zero", 2] }

//=== what a demanded error leaves behind
var $list { value = [1] }
expect.to_throw {
  stack {
    array.push $list { value = 2 }
    var.update $list[0] { value = 9 }
    throw { name = "n" value = $list }
  }
  exception = "[9,2]"
}
expect.to_equal ($list) { value = [1] }
array.push $list { value = 3 }
expect.to_equal ($list) { value = [1, 3] }

//=== an unknown statement
arry.push $x { value = 1 }  //! unknown-statement: did you mean `array.push`

//=== an unknown attribute
var $x { valu = 1 }  //! unknown-attribute: write `value = …`

//=== an attribute that stands twice
var $x {
  value = 1
  value = 2  //! duplicate-attribute
}

//=== a form without its expression
foreach {  //! missing-head
  each as $x { debug.log { value = 1 } }
}

//=== a variable without a name
var { value = 1 }  //! missing-target

//=== a statement where a value stands
value = 5  //! misplaced

//=== var sets no part of a variable
var $x { value = {} }
var $var.x.a { value = 1 }  //! bad-target

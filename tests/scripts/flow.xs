//=== never read
var $a { value = 1 }  //! unused-variable: `$a` is set and never read
var $b { value = 2 }
debug.log { value = $b }
//=== read by its own update alone
var $count { value = 0 }  //! unused-variable
var.update $count { value = $count + 1 }
math.add $count { value = 1 }
//=== read before it is set
try_catch {
  try { array.push $list { value = 1 } }  //! missing-variable: read before any statement sets it
  catch { debug.log { value = 1 } }
}
var $list { value = [] }
debug.log { value = $list }
//=== what counts as read
var $in_text { value = 1 }
var $in_template { value = 1 }
var $key { value = "a" }
var $popped { value = [1] }
var $by_itself { value = 1 }
debug.log { value = "{{ $in_template }} and $var.in_text" }
debug.log { value = {a: 1}[$key] }
array.pop $popped as $ignored
debug.log { value = [1, 2]|map:$$ + $by_itself }
array.push $popped { value = $popped }
//=== a variable named like what expressions per element bind
var $index { value = 0 }  //! reserved-name
var $result { value = [] }  //! reserved-name
debug.log { value = {}|set:"a":$index }
debug.log { value = []|append:$result }
//=== a whole view of the variables reads them all
var $a { value = 1 }
util.get_vars as $all
debug.log { value = $all }
//=== disabled statements read
var $a { value = 1 }
!debug.log { value = $a }
debug.log { value = 1 }
//=== elements, results and names with an underscore may be ignored
for (2) {
  each as $i { debug.log { value = 1 } }
}
array.find ([1]) if ($this == 1) as $found
var $_spare { value = 1 }
//=== set again unread
var $a { value = 1 }
var $a { value = 2 }  //! redeclared-variable: its value of line 47
debug.log { value = $a }
//=== set again after a read, or in a branch, or where the first value may be seen
var $a { value = 1 }
var $b { value = 1 }
var $c { value = 1 }
debug.log { value = $a }
var $a { value = 2 }
conditional {
  if ($a == 2) { var $b { value = 2 } }
}
try_catch {
  try {
    var $c { value = 2 }
    debug.log { value = 1 / 0 }
    var $c { value = 3 }
  }
  catch { debug.log { value = $c } }
}
debug.log { value = [$b, $c] }
//=== set in one branch
conditional {
  if (1 > 2) { var $a { value = 1 } }
  else { var $b { value = 1 } }
}
debug.log { value = $a ?? 0 }
expect.to_equal ($b ?? null) { value = 1 }
//=== read where only some paths set it
conditional {
  if (2 > 1) { var $a { value = 1 } }
}
debug.log { value = $a }  //! maybe-unset: `$a` is not set on every path to this place
debug.log { value = $a }
//=== set in every branch that goes on
conditional {
  if (1 > 2) { throw { name = "No" value = "no" } }
  elseif (1 > 3) { return { value = 1 } }
  elseif (1 > 4) { var $a { value = 0 } }
  else { var $a { value = 1 } }
}
expect.to_equal ($a) { value = 1 }
//=== a switch: what falls through and what breaks
switch (2) {
  case (1) { var $a { value = 1 } } break
  case (2) { var $b { value = 1 } }
  default { var $a { value = 2 } }
}
expect.to_equal ($a) { value = 2 }
debug.log { value = $b }  //! maybe-unset
//=== a loop may not turn
foreach ([]|push:1) {
  each as $n { var $last { value = $n } }
}
expect.to_equal ($last) { value = 1 }  //! maybe-unset
expect.to_equal ($n) { value = 1 }  //! maybe-unset
//=== a loop that surely turns
for (3) {
  each as $n { var $last { value = $n } }
}
foreach ((1..$last)) {
  each as $m { var $other { value = $m } }
}
while (true) {
  each {
    var $third { value = 3 }
    conditional { if ($third == 3) { break } }
  }
}
expect.to_equal ([$last, $other, $third]) { value = [2, 2, 3] }
//=== a turn may be left before
for (3) {
  each as $n {
    conditional { if ($n > 0) { continue } }
    var $last { value = $n }
  }
}
expect.to_equal ($last) { value = 0 }  //! maybe-unset
//=== what the last turn set is there in the next
for (2) {
  each as $n {
    conditional { if ($n > 0) { debug.log { value = $seen } } }  //! maybe-unset
    var $seen { value = $n }
  }
}
//=== an error may come before
try_catch {
  try {
    var $a { value = 1 / 0 }
    var $b { value = 1 }
  }
  catch { debug.log { value = $b ?? "none" } }
  finally { var $c { value = 1 } }
}
expect.to_equal ($c) { value = 1 }
debug.log { value = [$a, $b|is_null] }  //! maybe-unset: `$a`
//=== the catch ends
try_catch {
  try { var $a { value = 1 } }
  catch { return { value = 1 } }
}
expect.to_equal ($a) { value = 1 }
//=== behind a return
debug.log { value = 1 }
return { value = 1 }
debug.log { value = 2 }  //! unreachable: this is never reached
debug.log { value = 3 }
//=== behind branches that all end
conditional {
  if (1 > 2) { throw { name = "No" value = "no" } }
  else { return { value = 1 } }
}
debug.log { value = 2 }  //! unreachable: every branch before it ends
//=== conditions that never change
conditional {
  if (false) { debug.log { value = 1 } }  //! unreachable: always false
  elseif (!false) { debug.log { value = 2 } }
  else { debug.log { value = 3 } }  //! unreachable: the condition before is always true
}
while (false) {
  each { debug.log { value = 1 } }  //! unreachable: never turns
}
//=== a loop that never ends
while (true) {
  each { conditional { if (2 > 1) { return { value = 1 } } } }
}
debug.log { value = 2 }  //! unreachable: never ends
//=== behind break and continue
for (2) {
  each as $n {
    conditional {
      if ($n == 0) {
        continue
        debug.log { value = 1 }  //! unreachable
      }
    }
    break
  }
}
debug.log { value = 1 }
//=== a demand that never holds
try_catch {
  try {
    precondition (false) { error = "no" }
    debug.log { value = 1 }  //! unreachable
  }
  catch { debug.log { value = 2 } }
}
debug.log { value = 3 }
//=== an inner loop with the element of the outer
foreach ([1, 2]) {
  each as $n {
    foreach ([3, 4]) {
      each as $n { debug.log { value = $n } }  //! shadowed-variable: the element of the loop around
    }
  }
}
//=== a loop that changes a variable read behind it
var $n { value = 10 }
for (2) {
  each as $n { debug.log { value = $n } }  //! shadowed-variable: read behind it, in line 209
}
debug.log { value = $n }
//=== loops one after the other with one name, and a name free again
for (2) {
  each as $n { debug.log { value = $n } }
}
for (2) {
  each as $n { debug.log { value = $n } }
}
var $m { value = 1 }
debug.log { value = $m }
for (2) {
  each as $m { debug.log { value = $m } }
}
var $m { value = 2 }
debug.log { value = $m }
//=== stacks that stand apart
var $a { value = 1 }
expect.to_throw {
  stack {
    debug.log { value = $a }
    throw { name = "No" value = "no" }
  }
}
util.post_process {
  stack { debug.log { value = $later } }
}
var $later { value = 1 }
//=== a value that is read where a loop was left
for (2) {
  each as $n {
    var $state { value = "first" }
    conditional { if ($n == 1) { break } }
    var $state { value = "second" }
  }
}
debug.log { value = $state }

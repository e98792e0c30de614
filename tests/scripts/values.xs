//=== a copy does not see changes of the original
var $a { value = [1, 2] }
var $b { value = $a }
array.push $a { value = 3 }
expect.to_equal ([$a, $b]) { value = [[1, 2, 3], [1, 2]] }

//=== the original does not see changes of a copy
var $a { value = [1, 2] }
var $b { value = $a }
array.push $b { value = 3 }
expect.to_equal ([$a, $b]) { value = [[1, 2], [1, 2, 3]] }

//=== both changed in turn
var $a { value = [0] }
array.push $a { value = 1 }
var $b { value = $a }
array.push $b { value = 2 }
array.push $a { value = 3 }
array.push $b { value = 4 }
var.update $a[0] { value = "a" }
var.update $b[0] { value = "b" }
expect.to_equal ([$a, $b]) { value = [["a", 1, 3], ["b", 1, 2, 4]] }

//=== a chain of copies
var $a { value = {n: 1} }
var $b { value = $a }
var $c { value = $b }
var.update $b.n { value = 2 }
var.update $c.n { value = 3 }
expect.to_equal ([$a, $b, $c]) { value = [{n: 1}, {n: 2}, {n: 3}] }

//=== a copy by var.update
var $a { value = {n: 1} }
var $b { value = null }
var.update $b { value = $a }
var.update $a.n { value = 2 }
expect.to_equal ([$a, $b]) { value = [{n: 2}, {n: 1}] }

//=== a copy by a conditional value
var $a { value = [1] }
var $b { value = true ? $a : [] }
var $c { value = $missing ?? $a }
var $d { value = $a ?: [] }
var $e { value = ($a) }
var $f { value = `$a` }
var $g { value = false || $a }
array.push $a { value = 2 }
expect.to_equal ([$b, $c, $d, $e, $f, $g]) { value = [[1], [1], [1], [1], [1], [1]] }

//=== a copy inside a list or an object
var $a { value = [1] }
var $list { value = [$a, $a] }
var $object { value = {a: $a} }
var $spread { value = [...[$a]] }
array.push $a { value = 2 }
expect.to_equal ([$list, $object, $spread]) { value = [[[1], [1]], {a: [1]}, [[1]]] }
array.push $list[0] { value = 3 }
expect.to_equal ([$a, $list]) { value = [[1, 2], [[1, 3], [1]]] }

//=== a copy out of a list or an object
var $o { value = {a: [1], b: {c: [2]}} }
var $a { value = $o.a }
var $c { value = $o.b.c }
var $b { value = $o["b"] }
array.push $a { value = 9 }
array.push $c { value = 9 }
var.update $b.c { value = 9 }
expect.to_equal ($o) { value = {a: [1], b: {c: [2]}} }
array.push $o.a { value = 5 }
var.update $o.b.c[0] { value = 6 }
expect.to_equal ([$a, $b, $c]) { value = [[1, 9], {c: 9}, [2, 9]] }
expect.to_equal ($o) { value = {a: [1, 5], b: {c: [6]}} }

//=== nested lists change one row at a time
var $row { value = [0, 0] }
var $grid { value = [$row, $row, $row] }
var.update $grid[1][0] { value = 1 }
expect.to_equal ([$grid, $row]) { value = [[[0, 0], [1, 0], [0, 0]], [0, 0]] }
var $old { value = $grid }
var.update $grid[1][1] { value = 2 }
array.push $grid[2] { value = 3 }
expect.to_equal ($old) { value = [[0, 0], [1, 0], [0, 0]] }
expect.to_equal ($grid) { value = [[0, 0], [1, 2], [0, 0, 3]] }

//=== a grid filled in a loop
var $line { value = [] }
var $grid { value = [] }
for (3) {
  each as $i {
    var.update $line { value = [] }
    for (2) {
      each as $j { array.push $line { value = $i * 2 + $j } }
    }
    array.push $grid { value = $line }
  }
}
expect.to_equal ($grid) { value = [[0, 1], [2, 3], [4, 5]] }

//=== the same list pushed again and again while it grows
var $part { value = [] }
var $all { value = [] }
for (3) {
  each as $i {
    array.push $part { value = $i }
    array.push $all { value = $part }
  }
}
expect.to_equal ($all) { value = [[0], [0, 1], [0, 1, 2]] }

//=== a list pushed into itself
var $a { value = [1] }
array.push $a { value = $a }
array.push $a { value = $a }
expect.to_equal ($a) { value = [1, [1], [1, [1]]] }

//=== an object put into itself
var $o { value = {n: 1} }
var.update $o.self { value = $o }
var.update $o.n { value = 2 }
expect.to_equal ($o) { value = {n: 2, self: {n: 1}} }

//=== the element of a loop is a value of its own
var $list { value = [[1], [2]] }
foreach ($list) {
  each as $x { array.push $x { value = 0 } }
}
expect.to_equal ([$list, $x]) { value = [[[1], [2]], [2, 0]] }

//=== elements collected and changed afterwards
var $list { value = [{n: 1}, {n: 2}] }
var $kept { value = [] }
foreach ($list) {
  each as $x {
    array.push $kept { value = $x }
    math.add $x.n { value = 10 }
  }
}
expect.to_equal ([$list, $kept]) { value = [[{n: 1}, {n: 2}], [{n: 1}, {n: 2}]] }

//=== a loop goes through the list as it was
var $list { value = [1, 2, 3] }
foreach ($list) {
  each as $x { array.push $list { value = $x * 10 } }
}
expect.to_equal ($list) { value = [1, 2, 3, 10, 20, 30] }

//=== a loop over a list that shrinks
var $list { value = [1, 2, 3] }
var $seen { value = [] }
foreach ($list) {
  each as $x {
    array.push $seen { value = $x }
    array.pop $list as $gone
  }
}
expect.to_equal ([$list, $seen]) { value = [[], [1, 2, 3]] }

//=== a loop over a list that was changed in place before
var $list { value = [1] }
array.push $list { value = 2 }
var $seen { value = [] }
foreach ($list) {
  each as $x {
    array.push $seen { value = $x }
    var.update $list[1] { value = "changed" }
    array.push $list { value = 3 }
  }
}
expect.to_equal ([$seen, $list]) { value = [[1, 2], [1, "changed", 3, 3]] }

//=== a loop over an object that changes
var $o { value = {a: 1, b: 2} }
foreach ($o) {
  each as $x { var.update $o.c { value = $x } }
}
expect.to_equal ($o) { value = {a: 1, b: 2, c: 2} }

//=== a loop over a part that changes
var $o { value = {list: [1, 2]} }
foreach ($o.list) {
  each as $x { array.push $o.list { value = $x } }
}
expect.to_equal ($o) { value = {list: [1, 2, 1, 2]} }

//=== nested loops over the same list
var $list { value = [1, 2] }
var $pairs { value = [] }
foreach ($list) {
  each as $a {
    foreach ($list) {
      each as $b {
        array.push $pairs { value = [$a, $b] }
        conditional {
          if (($list|count) < 4) { array.push $list { value = 9 } }
        }
      }
    }
  }
}
expect.to_equal ($list) { value = [1, 2, 9, 9] }
expect.to_equal ($pairs|count) { value = 6 }

//=== filters leave their subject alone
var $list { value = [3, 1, 2] }
var $sorted { value = $list|sort:"":"number" }
var $longer { value = $list|push:4 }
var $set { value = $list|set:0:"x" }
var $reversed { value = $list|reverse }
expect.to_equal ($list) { value = [3, 1, 2] }
expect.to_equal ([$sorted, $longer, $set, $reversed]) {
  value = [[1, 2, 3], [3, 1, 2, 4], ["x", 1, 2], [2, 1, 3]]
}

//=== what a filter gave is a value of its own
var $list { value = [[1], [2]] }
var $all { value = $list|slice:0:9 }
var $first { value = $list|first }
var $same { value = $list|first_notnull:[] }
var $merged { value = []|merge:$list }
array.push $list { value = [3] }
array.push $list[0] { value = 0 }
expect.to_equal ([$all, $first, $same, $merged]) {
  value = [[[1], [2]], [1], [[1], [2]], [[1], [2]]]
}
array.push $all[0] { value = "all" }
array.push $first { value = "first" }
expect.to_equal ($list) { value = [[1, 0], [2], [3]] }

//=== identity filters and the list they pass on
var $list { value = [1] }
var $a { value = $list|unique }
var $b { value = $list|filter:true }
var $c { value = $list|values }
var $d { value = $list|safe_array }
array.push $list { value = 2 }
expect.to_equal ([$a, $b, $c, $d]) { value = [[1], [1], [1], [1]] }

//=== element expressions do not leak their elements
var $list { value = [{n: [1]}] }
var $mapped { value = $list|map:$$.n }
array.push $mapped[0] { value = 2 }
expect.to_equal ($list) { value = [{n: [1]}] }

//=== what array.pop gave back
var $list { value = [[1], [2]] }
var $copy { value = $list }
array.pop $list as $last
array.push $last { value = 0 }
expect.to_equal ([$list, $last, $copy]) { value = [[[1]], [2, 0], [[1], [2]]] }

//=== values in the log stay as they were logged
var $list { value = [1] }
debug.log { value = $list }
array.push $list { value = 2 }
util.get_vars as $all
array.push $list { value = 3 }
expect.to_equal ($all) { value = {list: [1, 2]} }

//=== an error keeps the value it was thrown with
var $list { value = [1] }
try_catch {
  try { throw { name = "n" value = $list } }
  catch {
    array.push $list { value = 2 }
    var $thrown { value = $error.result }
    array.push $thrown { value = 3 }
    var $again { value = $error.result }
  }
}
expect.to_equal ([$list, $thrown, $again]) { value = [[1, 2], [1, 3], [1]] }

//=== swapping
var $a { value = [1] }
var $b { value = [2] }
var $t { value = $a }
var.update $a { value = $b }
var.update $b { value = $t }
array.push $a { value = "a" }
array.push $b { value = "b" }
expect.to_equal ([$a, $b, $t]) { value = [[2, "a"], [1, "b"], [1]] }

//=== swapping elements
var $list { value = [[1], [2]] }
var $t { value = $list[0] }
var.update $list[0] { value = $list[1] }
var.update $list[1] { value = $t }
array.push $list[0] { value = 0 }
expect.to_equal ([$list, $t]) { value = [[[2, 0], [1]], [1]] }

//=== a branch that copies and one that does not
var $a { value = [1] }
array.push $a { value = 2 }
conditional {
  if (true) { var $b { value = $a } }
  else { var $b { value = [] } }
}
array.push $a { value = 3 }
expect.to_equal ([$a, $b]) { value = [[1, 2, 3], [1, 2]] }

//=== a copy made in an earlier turn of a loop
var $a { value = [] }
var $history { value = [] }
for (3) {
  each as $i {
    conditional {
      if ($i == 1) { var $snapshot { value = $a } }
    }
    array.push $a { value = $i }
  }
}
expect.to_equal ([$a, $snapshot]) { value = [[0, 1, 2], [0]] }

//=== a copy made before the first statement of the next turn
var $a { value = [] }
var $b { value = [] }
for (3) {
  each as $i {
    array.push $a { value = $i }
    array.push $b { value = "b" }
    var $b { value = $a }
  }
}
expect.to_equal ([$a, $b]) { value = [[0, 1, 2], [0, 1, 2]] }
array.push $b { value = 9 }
expect.to_equal ($a) { value = [0, 1, 2] }

//=== a copy made inside try and finally
var $a { value = [1] }
try_catch {
  try {
    var $b { value = $a }
    array.push $a { value = 2 }
    throw { name = "n" value = 1 }
  }
  catch { array.push $b { value = "catch" } }
  finally { array.push $a { value = "finally" } }
}
expect.to_equal ([$a, $b]) { value = [[1, 2, "finally"], [1, "catch"]] }

//=== literals are made anew each time
var $all { value = [] }
for (2) {
  each as $i {
    var $fresh { value = {list: []} }
    array.push $fresh.list { value = $i }
    array.push $all { value = $fresh }
  }
}
expect.to_equal ($all) { value = [{list: [0]}, {list: [1]}] }

//=== objects keep the order of their keys
var $o { value = {b: 1, a: 2} }
var.update $o.c { value = 3 }
var.update $o.b { value = 4 }
expect.to_equal ($o|keys) { value = ["b", "a", "c"] }
expect.to_equal ($o|json_encode) { value = "{\"b\":4,\"a\":2,\"c\":3}" }

//=== a list stays a list and an object an object
var $list { value = [] }
var $object { value = {} }
expect.to_equal ($list|json_encode) { value = "[]" }
expect.to_equal ($object|json_encode) { value = "{}" }
expect.to_not_equal ($list) { value = {} }

//=== push, unshift, pop and shift change the variable
var $l { value = [2] }
array.push $l {
  value = 3
}
array.unshift $l {
  value = 1
}
array.pop $l as $top
array.shift $l as $bottom
expect.to_equal ($l) { value = [2] }
expect.to_equal ($top) { value = 3 }
expect.to_equal ($bottom) { value = 1 }

//=== a list that was passed on before is not touched
var $a { value = [1] }
var $b { value = $a }
var $c { value = {list: $a} }
array.push $a {
  value = 2
}
expect.to_equal ($a) { value = [1, 2] }
expect.to_equal ($b) { value = [1] }
expect.to_equal ($c) { value = {list: [1]} }

//=== a list may be pushed onto itself
var $a { value = [1] }
array.push $a {
  value = $a
}
expect.to_equal ($a) { value = [1, [1]] }

//=== push reaches into paths
var $o { value = {rows: [[1], [2]], log: {}} }
array.push $o.rows[1] {
  value = 3
}
array.push $o.log.lines {
  value = "first"
}
expect.to_equal ($o) { value = {rows: [[1], [2, 3]], log: {lines: ["first"]}} }

//=== push onto null begins a list
var $n { value = null }
array.push $n {
  value = 1
}
expect.to_equal ($n) { value = [1] }

//=== push onto text is a fault
var $t { value = "text" }
try_catch {
  try {
    array.push $t {
      value = 1
    }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Value must be an array." }
expect.to_equal ($t) { value = "text" }

//=== pop and shift of an empty list give null
var $l { value = [] }
array.pop $l as $a
array.shift $l as $b
expect.to_equal ([$a, $b, $l]) { value = [null, null, []] }

//=== merge takes lists, single values and objects
var $l { value = [1] }
array.merge $l {
  value = [2, [3]]
}
array.merge $l {
  value = "x"
}
array.merge $l {
  value = {k: 1}
}
array.merge $l {
  value = null
}
expect.to_equal ($l) { value = [1, 2, [3], "x", {k: 1}] }
var $o { value = {a: 1, b: 1} }
array.merge $o {
  value = {b: 2, c: 3}
}
expect.to_equal ($o) { value = {a: 1, b: 2, c: 3} }

//=== the condition of a search is a head: a filter argument ends at the comparison
var $l { value = [{s: "open"}, {s: "done"}] }
array.find ($l) if ($this|get:"s" == "done") as $x
expect.to_equal ($x) { value = {s: "done"} }

//=== searches in a bare variable, in null and without a match
var $l { value = [3, 4] }
array.find $l if ($this == 9) as $a
array.find_index $l if ($this == 4) as $b
array.find_index (null) if (true) as $c
array.has ($l) if ($this > 3) as $d
array.every ([]) if (false) as $e
array.filter_count ($l) if ($this > 2) as $f
expect.to_equal ([$a, $b, $c, $d, $e, $f]) { value = [null, 1, -1, true, true, 2] }

//=== filter and partition renumber
array.filter ([5, 6, 7]) if ($this != 6) as $kept
array.partition ([5, 6, 7]) if ($index > 0) as $parts
expect.to_equal ($kept) { value = [5, 7] }
expect.to_equal ($parts) { value = {"true": [6, 7], "false": [5]} }

//=== outer variables are visible in a condition
var $limit { value = 6 }
array.filter ([5, 6, 7]) if ($this >= $limit) as $x
expect.to_equal ($x) { value = [6, 7] }

//=== a search through text is a fault
try_catch {
  try {
    array.find ("text") if (true) as $x
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Value must be an array." }

//=== map and group_by
array.map ([{id: 1}, {id: 2}]) {
  by = {id: $this.id, at: $index}
} as $mapped
array.group_by ([1, 2, 3, null]) {
  by = $this == 2
} as $groups
expect.to_equal ($mapped) { value = [{id: 1, at: 0}, {id: 2, at: 1}] }
expect.to_equal ($groups) { value = {"false": [1, 3, null], "true": [2]} }

//=== union sorts by numeric keys only
array.union ([1, 3, 5, 7, 9]) {
  value = [2, 4, 6, 8]
  by = $this
} as $numbers
array.union ([{k: "b"}, {k: "a"}]) {
  value = [{k: "a", again: true}, {k: "0"}]
  by = $this.k
} as $objects
expect.to_equal ($numbers) { value = [1, 2, 3, 4, 5, 6, 7, 8, 9] }
expect.to_equal ($objects) { value = [{k: "b"}, {k: "a"}, {k: "0"}] }

//=== difference keeps repeats, intersection does not
array.difference ([1, 1, 2]) {
  value = [2]
  by = $this
} as $left
array.intersection ([1, 1, 2]) {
  value = ["1"]
  by = $this
} as $common
expect.to_equal ($left) { value = [1, 1] }
expect.to_equal ($common) { value = [1] }

//=== keys, values and entries as statements
object.keys {
  value = {a: 1}
} as $k
object.values {
  value = {a: 1}
} as $v
object.entries {
  value = {a: 1}
} as $e
object.keys {
  value = ["x"]
} as $positions
expect.to_equal ([$k, $v, $e, $positions]) { value = [["a"], [1], [{key: "a", value: 1}], [0]] }

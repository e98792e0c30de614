//=== a filter argument stops at a comparison
var $m { value = {a: null, n: 5} }
var $r { value = [] }
conditional {
  if ($m|get:"a" == null) { array.push $r { value = "null" } }
}
conditional {
  if ($m|get:"n"|modulus:2 == 1) { array.push $r { value = "odd" } }
}
conditional {
  if (5|add:2 * 3 > 10) { array.push $r { value = "more" } }
}
conditional {
  if ([1, 2]|has:5 == false) { array.push $r { value = "has not" } }
}
expect.to_equal ($r) { value = ["null", "odd", "more", "has not"] }

//=== a filter argument stops at logic
var $a { value = {x: 1} }
var $b { value = {z: 1} }
var $r { value = "no" }
conditional {
  if ($a|has:"x" && !($b|has:"y")) { var.update $r { value = "yes" } }
}
expect.to_equal ($r) { value = "yes" }
conditional {
  if ($a|has:"q" || $b|has:"z") { var.update $r { value = "either" } }
}
expect.to_equal ($r) { value = "either" }

//=== groups inside a head are heads
var $t { value = "9 AM" }
var $r { value = "no" }
conditional {
  if (($t|contains:"AM" == true) && (($t|contains:"PM" == false) || false)) { var.update $r { value = "yes" } }
}
expect.to_equal ($r) { value = "yes" }

//=== a negated group is a head
var $r { value = "no" }
conditional {
  if (!([1]|has:0 == false)) { var.update $r { value = "yes" } }
}
expect.to_equal ($r) { value = "yes" }

//=== a group before a comparison is an expression
var $r { value = "no" }
conditional {
  if (([1, 2]|count) + 1 == 3 && ([1]|map:$$ + 1 == 2) == [true]) { var.update $r { value = "yes" } }
}
expect.to_equal ($r) { value = "yes" }

//=== inside backticks arguments are greedy
var $r { value = "no" }
conditional {
  if (`[1]|map:$$ == 1`) { var.update $r { value = "yes" } }
}
expect.to_equal ($r) { value = "yes" }

//=== an operator behind an argument-less filter
conditional {
  if ([1]|count > 0) {  //! filter-needs-parentheses
    debug.log { value = 1 }
  }
}

//=== an argument-less filter before logic
conditional {
  if ([1]|is_empty && true) {  //! filter-needs-parentheses
    debug.log { value = 1 }
  }
}

//=== truthiness of a head
var $r { value = [] }
foreach ([null, 0, "", "0", [], {}, false, 0.0, "false", " ", "0.0", [0], -1, {a: 1}]) {
  each as $value {
    conditional {
      if ($value) { array.push $r { value = $value } }
    }
  }
}
expect.to_equal ($r) { value = ["false", " ", "0.0", [0], -1, {a: 1}] }

//=== a comparison binds weaker than coalescing in a head
var $o { value = {} }
var $r { value = [] }
conditional {
  if ($o.none ?? 5 == 5) { array.push $r { value = "a" } }
}
conditional {
  if (5 == $o.none ?? 5) { array.push $r { value = "b" } }
}
conditional {
  if ($o.none ?: 3 > 2 && true) { array.push $r { value = "c" } }
}
expect.to_equal ($r) { value = ["a", "b", "c"] }

//=== a head that is a ternary
var $r { value = "no" }
conditional {
  if (1 == 1 ? 0 : 1) { var.update $r { value = "yes" } }
}
expect.to_equal ($r) { value = "no" }

//=== a plain reference in a head must exist
var $o { value = {} }
expect.to_throw {
  stack {
    conditional {
      if ($o.none) { debug.log { value = 1 } }
    }
  }
  exception = "Unable to locate var: o.none"
}
expect.to_throw {
  stack {
    conditional {
      if ($o.none == null) { debug.log { value = 1 } }
    }
  }
  exception = "Unable to locate var: o.none"
}
expect.to_throw {
  stack {
    conditional {
      if (true && $o.none.deep != 1) { debug.log { value = 1 } }
    }
  }
  exception = "Unable to locate var: o.none"
}

//=== a reference inside an operand of a head may miss
var $o { value = {} }
var $r { value = [] }
conditional {
  if (`$o.none` == null) { array.push $r { value = "backtick" } }
}
conditional {
  if ($o.none ~ "" == "") { array.push $r { value = "operand" } }
}
conditional {
  if (($o|get:"none") == null) { array.push $r { value = "get" } }
}
expect.to_equal ($r) { value = ["backtick", "operand", "get"] }

//=== logic in a head stops early
var $o { value = {} }
var $r { value = "no" }
conditional {
  if (true || $o.none) { var.update $r { value = "yes" } }
}
expect.to_equal ($r) { value = "yes" }
conditional {
  if (false && $o.none) { var.update $r { value = "and" } }
}
expect.to_equal ($r) { value = "yes" }

//=== elseif, while and precondition have heads too
var $m { value = {k: 3} }
var $r { value = [] }
conditional {
  if ($m|get:"k" == 1) { array.push $r { value = "if" } }
  elseif ($m|get:"k" == 3) { array.push $r { value = "elseif" } }
}
while ($m|get:"k" > 1) {
  each {
    math.sub $m.k { value = 1 }
    array.push $r { value = $m.k }
  }
}
precondition ($m|get:"k" == 1)
expect.to_equal ($r) { value = ["elseif", 2, 1] }

//=== the condition of array statements is a head
var $list { value = [{n: 1}, {n: 2}, {n: 3}] }
array.filter ($list) if ($this|get:"n" >= 2) as $kept
expect.to_equal ($kept) { value = [{n: 2}, {n: 3}] }
array.find ($list) if ($this.n == 2 && true) as $one
expect.to_equal ($one) { value = {n: 2} }
array.has ($list) if ($$.n > 3) as $any
expect.to_equal ($any) { value = false }

//=== the case of a switch is compared loosely
var $r { value = "" }
switch ("2") {
  case (1) { var.update $r { value = "one" } } break
  case (2) { var.update $r { value = "two" } } break
}
expect.to_equal ($r) { value = "two" }

//=== both kinds of logic side by side in a head
conditional {
  if (true || false && false) {  //! mixed-logic
    debug.log { value = 1 }
  }
}

//=== a comparison that chains in a head
conditional {
  if (1 < 2 < 3) {  //! syntax
    debug.log { value = 1 }
  }
}

//=== a head over several lines
var $r { value = "no" }
conditional {
  if (
    true
    && 1 == 1
  ) {
    var.update $r { value = "yes" }
  }
}
expect.to_equal ($r) { value = "yes" }

//=== an assignment sign compares nothing
var $x { value = 1 }
conditional {
  if ($x = 1) {  //! unknown-operator: `==`
    debug.log { value = 1 }
  }
}

//=== logic gives booleans in every place
var $n { value = 2 }
var $list { value = [] }
var $r { value = [] }
conditional {
  if ((($n && $n) === true) && (($list && 1) === false)) { array.push $r { value = "head" } }
}
array.push $r { value = $n && $n }
array.push $r { value = !!$list || 0 == 1 }
array.push $r { value = [1, 0]|map:$$ && $n }
array.map ([1, 0]) { by = $this && $n } as $mapped
expect.to_equal ($r) { value = ["head", true, false, [true, false]] }
expect.to_equal ($mapped) { value = [true, false] }

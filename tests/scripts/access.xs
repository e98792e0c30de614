//=== members and indexes
var $o { value = {a: {b: [10, 20, {c: 30}]}, "with space": 1, k-d: 2, "0": "zero"} }
expect.to_equal ($o.a.b[1]) { value = 20 }
expect.to_equal ($o.a.b[2].c) { value = 30 }
expect.to_equal ($o["a"]["b"][0]) { value = 10 }
expect.to_equal ($o."with space") { value = 1 }
expect.to_equal ($o["k-d"]) { value = 2 }
expect.to_equal ($o.a.b.2.c) { value = 30 }
expect.to_equal ($o.a.b[1.9]) { value = 20 }
expect.to_equal ($o.a.b["1"]) { value = 20 }
expect.to_equal ($o[0]) { value = "zero" }

//=== computed indexes
var $g { value = [[1, 2], [3, 4]] }
var $i { value = 0 }
var $o { value = {k: "name", name: {n: 5}} }
expect.to_equal ($g[$i][$i + 1]) { value = 2 }
expect.to_equal ($g[$i + 1][0]) { value = 3 }
expect.to_equal ($o[$o.k].n) { value = 5 }
expect.to_equal ($g[($g|count) - 1][0]) { value = 3 }

//=== negative indexes count from the end
var $list { value = [1, 2, 3] }
expect.to_equal ($list[-1]) { value = 3 }
expect.to_equal ($list[-3]) { value = 1 }
expect.to_equal ($list[0 - 2]) { value = 2 }
expect.to_equal (`$list[-4]`) { value = null }

//=== access behind parentheses
var $list { value = [{price: 5}] }
expect.to_equal (($list|first).price) { value = 5 }
expect.to_equal (($list)[0].price) { value = 5 }
expect.to_equal (($list|map:$$.price)[0]) { value = 5 }

//=== a plain path that leads nowhere
var $o { value = {a: {b: 1}, t: "text", n: null} }
expect.to_throw {
  stack { var $x { value = $o.z } }
  exception = "Unable to locate var: o.z"
}
expect.to_throw {
  stack { var $x { value = $o.a.z.y } }
  exception = "Unable to locate var: o.a.z"
}
expect.to_throw {
  stack { var $x { value = $o.t.y } }
  exception = "Unable to locate var: o.t.y"
}
expect.to_throw {
  stack { var $x { value = $o.n.y } }
  exception = "Unable to locate var: o.n.y"
}
expect.to_throw {
  stack { var $x { value = $o.z|to_text } }
  exception = "Unable to locate var: o.z"
}
expect.to_throw {
  stack { var $x { value = $o["z"] } }
  exception = "Unable to locate var: o.z"
}
expect.to_throw {
  stack { return { value = $o.z } }
  exception = "Unable to locate var: o.z"
}

//=== a list has no names
var $items { value = [{id: 1}, {id: 2}] }
expect.to_throw {
  stack { var $x { value = $items.id } }
  exception = "Unable to locate var: items.id"
}
expect.to_equal ($items|get:"id") { value = [1, 2] }

//=== a path that leads nowhere as an operand
var $o { value = {a: 1} }
expect.to_equal ($o.z ~ "x") { value = "x" }
expect.to_equal ($o.z == null) { value = true }
expect.to_equal ($o.z ?? "d") { value = "d" }
expect.to_equal ($o.z.y ?: "d") { value = "d" }
expect.to_equal ([$o.z, 1]) { value = [null, 1] }
expect.to_equal ({k: $o.z}) { value = {k: null} }
expect.to_equal (!$o.z) { value = true }
expect.to_equal ($o.z ? 1 : 2) { value = 2 }
expect.to_equal (`$o.z`) { value = null }
expect.to_equal (`$o.z.y|to_text`) { value = "" }
expect.to_equal ([{}]|map:$$.z) { value = [null] }
expect.to_equal ([{}]|map:$o.z) { value = [null] }
expect.to_equal ("a"|concat:$o.z) { value = "a" }
expect.to_throw {
  stack { var $x { value = $o.z + 1 } }
  exception = "Not numeric."
}

//=== a computed index never fails
var $list { value = [1] }
var $o { value = {a: 1} }
var $i { value = 5 }
var $k { value = "none" }
var $r { value = $list[$i] }
expect.to_equal ($r) { value = null }
var $s { value = $o[$k].deep }
expect.to_equal ($s) { value = null }

//=== get and has never fail
var $o { value = {a: {b: null}} }
expect.to_equal ($o|get:"a.b.c.d") { value = null }
expect.to_equal ($o|get:"x":"default") { value = "default" }
expect.to_equal ($o|has:"a.b") { value = true }
expect.to_equal ($o|has:"a.c") { value = false }
expect.to_equal ([1, 2]|has:1) { value = true }
expect.to_equal ([1, 2]|has:2) { value = false }
expect.to_equal ([1, 2]|get:-1) { value = null }

//=== path texts
var $o { value = {a: [{b: 1}, {b: 2}], "x.y": 3, "": 4, "(": 5} }
expect.to_equal ($o|get:"a[0].b") { value = 1 }
expect.to_equal ($o|get:"a.1.b") { value = 2 }
expect.to_equal ($o|get:"a.b") { value = [1, 2] }
expect.to_equal ($o|get:"[\"x.y\"]") { value = 3 }
expect.to_equal ($o|get:"x..y") { value = 3 }
expect.to_equal ($o|get:"(") { value = 5 }
expect.to_equal (($o|get:"")|keys) { value = ["a", "x.y", "", "("] }

//=== updating a member
var $o { value = {a: 1} }
var.update $o.a { value = 2 }
var.update $o.b { value = 3 }
var.update $o["c d"] { value = 4 }
var.update $o."e" { value = 5 }
expect.to_equal ($o) { value = {a: 2, b: 3, "c d": 4, e: 5} }

//=== updating what is missing on the way
var $o { value = {} }
var.update $o.a.b.c { value = 1 }
expect.to_equal ($o) { value = {a: {b: {c: 1}}} }
var $n { value = null }
var.update $n.a { value = 1 }
expect.to_equal ($n) { value = {a: 1} }

//=== updating an index
var $list { value = ["a", "b"] }
var $i { value = 0 }
var.update $list[$i] { value = "A" }
var.update $list[$i + 1] { value = "B" }
var.update $list[-1] { value = "Z" }
expect.to_equal ($list) { value = ["A", "Z"] }

//=== updating behind the end of a list
var $list { value = ["a"] }
var.update $list[1] { value = "b" }
expect.to_equal ($list) { value = ["a", "b"] }
var.update $list[5] { value = "f" }
expect.to_equal ($list) { value = {"0": "a", "1": "b", "5": "f"} }

//=== a text key makes an object of a list
var $list { value = ["a"] }
var.update $list.name { value = "n" }
expect.to_equal ($list) { value = {"0": "a", name: "n"} }

//=== updating through a scalar
var $o { value = {a: "text"} }
expect.to_throw {
  stack { var.update $o.a.b { value = 1 } }
  exception = "cannot be set"
}
var $n { value = 5 }
expect.to_throw {
  stack { var.update $n.b { value = 1 } }
  exception = "cannot be set"
}

//=== updating by a computed path
var $dp { value = [[0, 0], [0, 0]] }
for (2) {
  each as $i {
    for (2) {
      each as $j {
        var.update $dp[$i][$j] { value = $i * 10 + $j }
      }
    }
  }
}
expect.to_equal ($dp) { value = [[0, 1], [10, 11]] }
var $counts { value = {} }
foreach (["a", "b", "a"]) {
  each as $word {
    var.update $counts[$word] { value = ($counts|get:$word:0) + 1 }
  }
}
expect.to_equal ($counts) { value = {a: 2, b: 1} }

//=== other statements that change a place
var $o { value = {n: 1, list: [1], deep: [{t: "a"}]} }
math.add $o.n { value = 4 }
array.push $o.list { value = 2 }
array.unshift $o.list { value = 0 }
text.append $o.deep[0].t { value = "b" }
array.pop $o.list as $popped
expect.to_equal ($o) { value = {n: 5, list: [0, 1], deep: [{t: "ab"}]} }
expect.to_equal ($popped) { value = 2 }

//=== a statement on a place that does not exist
var $o { value = {} }
array.push $o.list { value = 1 }
expect.to_equal ($o) { value = {list: [1]} }
expect.to_throw {
  stack { math.add $o.n { value = 1 } }
  exception = "Unable to locate var: o.n"
}

//=== a result bound into a place
var $o { value = {list: [3]} }
array.pop $o.list as $o.last
expect.to_equal ($o) { value = {list: [], last: 3} }

//=== a result changed by filters before it is bound
var $list { value = [" a "] }
array.pop $list as $text|trim|to_upper
expect.to_equal ($text) { value = "A" }

//=== variables that were never set
expect.to_throw {
  stack { var $x { value = $never } }  //! unknown-variable
  exception = "Missing var entry: never"
}
expect.to_throw {
  stack { var $x { value = $never.a.b } }  //! unknown-variable
  exception = "Missing var entry: never"
}
expect.to_equal (`$never`) { value = null }  //! unknown-variable
expect.to_equal ([$never]) { value = [null] }  //! unknown-variable

//=== a variable with a similar name
var $customer { value = 1 }
var $x { value = $custmer ?? 2 }  //! unknown-variable: did you mean `$customer`

//=== a variable that is an input
var $x { value = $input.nothing }  //! unknown-input

//=== the environment
expect.to_equal ($env.NOT_SET) { value = null }
expect.to_equal ($env.$remote_ip) { value = null }
expect.to_equal ($env.$http_headers) { value = {} }
expect.to_equal ($env.$datasource) { value = "" }

//=== a system variable that does not exist
var $x { value = $env.$remoteip }  //! unknown-system-variable: remote_ip
expect.to_equal ($x) { value = null }

//=== who is calling
expect.to_equal ($auth.id) { value = null }

//=== whole objects in backticks
var $a { value = 1 }
expect.to_equal (`$input`) { value = {} }
expect.to_equal (`$var`) { value = {a: 1} }
expect.to_equal (`$env`) { value = {} }

//=== a variable can be set by its long name
var $var.list { value = [1] }
array.push $list { value = 2 }
var.update $var.list[0] { value = 3 }
expect.to_equal ([$list, $var.list[1]]) { value = [[3, 2], 2] }

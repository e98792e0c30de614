//=== get follows names, positions and keys with dots
var $o { value = {a: {b: [10, 20, {c: 1}]}, "x.y": 5, "": 6, "(": 7} }
var $x { value = [($o|get:"a.b[1]"), ($o|get:"a.b.1"), ($o|get:"a.b[-1].c"), ($o|get:"[\"x.y\"]"), ($o|get:"x..y"), ($o|get:"[\"\"]"), ($o|get:"(")] }
expect.to_equal ($x) { value = [20, 20, 1, 5, 5, 6, 7] }

//=== text that is no path is one literal key
var $o { value = {}|set:"(":1|set:"[":2|set:".":3|set:"e.g.":4|set:"a[":5 }
expect.to_equal ($o|keys) { value = ["(", "[", ".", "e.g.", "a["] }
var $x { value = [($o|get:"["), ($o|has:"."), ($o|get:"e.g."), ($o|unset:"["|has:"[")] }
expect.to_equal ($x) { value = [2, true, 4, false] }

//=== dotted texts work as map keys because get, set and has split them alike
var $hosts { value = {}|set:"api.example.com":1|set:"www.example.com":2 }
var $x { value = [($hosts|get:"api.example.com"), ($hosts|has:"www.example.com"), ($hosts|has:"example.com")] }
expect.to_equal ($x) { value = [1, true, false] }

//=== get gives the default only when something is missing
var $o { value = {n: null, z: 0} }
var $x { value = [($o|get:"n":5), ($o|get:"z":5), ($o|get:"q":0), ($o|get:"n.a":5), (null|get:"a":5), ("text"|get:"a":5), ([]|get:"a":5)] }
expect.to_equal ($x) { value = [null, 0, 0, 5, 5, 5, 5] }

//=== a number is a position in a list and a key in an object
var $x { value = [(["a", "b"]|get:1), (["a", "b"]|get:-1:"none"), ({"1": "one"}|get:1), (["a"]|has:0), (["a"]|has:1)] }
expect.to_equal ($x) { value = ["b", "none", "one", true, false] }

//=== a name on a list collects it, lists are spliced, elements without it are left out
var $l { value = [{id: 1, tags: ["a"]}, {id: 2, tags: ["b", "c"]}, {}] }
var $x { value = [($l|get:"id"), ($l|get:"tags"), ($l|get:"none":"default"), ({items: $l}|get:"items.id")] }
expect.to_equal ($x) { value = [[1, 2], ["a", "b", "c"], "default", [1, 2]] }

//=== a condition keeps elements
var $o { value = {items: [{n: "a", p: 5}, {n: "b", p: 15}, {n: "c", p: 25}]} }
var $x { value = [($o|get:"items[$$.p > 10].n"), ($o|get:"items[$$.n == \"a\"][0].p"), ($o|get:"items[$this.p >= 15 ]"|count), ($o|has:"items[$$.p == 99]"), ($o|get:"items[p<10].n")] }
expect.to_equal ($x) { value = [["b", "c"], 5, 2, false, ["a"]] }

//=== a condition that a path cannot hold is said so
try_catch {
  try {
    var $x { value = [1, 2]|get:"[$$ > 1 && $$ < 3]" }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "The path condition [$$ > 1 && $$ < 3] cannot be read." }

//=== has is about paths, not about elements
var $x { value = [(["4", "5"]|has:"4"), ([{id: 1}]|has:"id"), ({a: null}|has:"a"), ({a: [1]}|has:"a[0]"), ("abc"|has:"a"), ({}|has:"")] }
expect.to_equal ($x) { value = [false, false, true, true, false, true] }

//=== set makes objects on the way and lists where a position is asked for
var $x { value = [(null|set:"a.b":1), ({}|set:"a[0].b":1), ({a: null}|set:"a.b":1), ({}|set:"0":1)] }
expect.to_equal ($x) { value = [{a: {b: 1}}, {a: [{b: 1}]}, {a: {b: 1}}, {"0": 1}] }

//=== set on a list replaces, appends or makes an object of it
var $l { value = ["x"] }
var $x { value = [($l|set:0:"y"), ($l|set:1:"y"), ($l|set:5:"y"), ($l|set:"k":"y"), ([]|set:"k":"y"), ($l|set:"[-1]":"z")] }
expect.to_equal ($x) { value = [["y"], ["x", "y"], {"0": "x", "5": "y"}, {"0": "x", k: "y"}, {k: "y"}, ["z"]] }

//=== set reaches every target of a collecting path
var $o { value = {items: [{p: 1}, {p: 2}]} }
var $x { value = [($o|set:"items.p":0), ($o|set:"items[$$.p == 2].p":9)] }
expect.to_equal ($x) { value = [{items: [{p: 0}, {p: 0}]}, {items: [{p: 1}, {p: 9}]}] }
expect.to_equal ($o) { value = {items: [{p: 1}, {p: 2}]} }

//=== set with an empty path replaces the whole value
var $x { value = {a: 1}|set:"":[2] }
expect.to_equal ($x) { value = [2] }

//=== set does not write through text
try_catch {
  try {
    var $x { value = {a: "text"}|set:"a.b":1 }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Value must be an object." }

//=== values that are set are shared, never changed
var $inner { value = {n: 1} }
var $outer { value = {}|set:"inner":$inner|set:"inner.n":2 }
expect.to_equal ($inner) { value = {n: 1} }
expect.to_equal ($outer) { value = {inner: {n: 2}} }

//=== conditional setters
var $x { value = {}|set_ifnotnull:"a":null|set_ifnotnull:"b":""|set_ifnotempty:"c":""|set_ifnotempty:"d.e":1|set_conditional:"f":1:0 }
expect.to_equal ($x) { value = {b: "", d: {e: 1}} }

//=== unset closes gaps, reaches into lists and leaves the rest
var $l { value = [{a: 1, b: 2}, {a: 3}] }
var $x { value = [($l|unset:"a"), ($l|unset:0), ($l|unset:"[0].b"), ($l|unset:"[$$.a == 3]"), ($l|unset:7), (null|unset:"a")] }
expect.to_equal ($x) { value = [[{b: 2}, {}], [{a: 3}], [{a: 1}, {a: 3}], [{a: 1, b: 2}], [{a: 1, b: 2}, {a: 3}], null] }

//=== keys, values and entries of lists, objects and null
var $x { value = [(["a"]|keys), (null|values), ({"1": "a"}|keys), (["a"]|entries), (null|entries)] }
expect.to_equal ($x) { value = [[0], [], ["1"], [{key: 0, value: "a"}], []] }

//=== entries and back again
var $o { value = {b: 1, a: [2]} }
var $x { value = $o|entries|create_object_from_entries }
expect.to_equal ($x) { value = {b: 1, a: [2]} }

//=== pick keeps the order of its list, unpick that of the object
var $o { value = {a: 1, b: 2, c: 3} }
expect.to_equal ($o|pick:["c", "x", "a"]|keys) { value = ["c", "a"] }
expect.to_equal ($o|unpick:["b"]|keys) { value = ["a", "c"] }

//=== first_notempty and first_notnull differ on what is empty
var $x { value = [("0"|first_notempty:1), ("0"|first_notnull:1), (null|first_notempty:2), (null|first_notnull:2), ({}|first_notempty:3)] }
expect.to_equal ($x) { value = [1, "0", 2, 2, 3] }

//=== a name on a list that was built step by step means all its elements
var $l { value = [] }
array.push $l { value = {id: 1} }
array.push $l { value = {id: 2} }
var $ids { value = $l|get:"id" }
var $last { value = ($ids|last) + 1 }
expect.to_equal ($ids) { value = [1, 2] }
expect.to_equal ($last) { value = 3 }

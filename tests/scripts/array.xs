//=== count tells nothing about text
try_catch {
  try {
    var $n { value = "abc"|count }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Value must be an array." }

//=== the ends of lists and objects, and of nothing
var $o { value = {a: 7, b: 8} }
var $ends { value = [($o|first), ($o|last), (null|first), ([]|last), ([]|pop), (null|shift)] }
expect.to_equal ($ends) { value = [7, 8, null, null, null, null] }

//=== pop and shift as filters leave the list alone
var $list { value = [1, 2, 3] }
var $ends { value = [($list|pop), ($list|shift)] }
expect.to_equal ($ends) { value = [3, 1] }
expect.to_equal ($list) { value = [1, 2, 3] }

//=== push makes a new list
var $a { value = [1] }
var $b { value = $a|push:2 }
expect.to_equal ($a) { value = [1] }
expect.to_equal ($b) { value = [1, 2] }

//=== append and prepend at a path make the list they need
var $x { value = {}|append:1:"log.lines"|append:2:"log.lines"|prepend:0:"log.lines" }
expect.to_equal ($x) { value = {log: {lines: [0, 1, 2]}} }

//=== slice counts from the end, takes a number of elements and keeps the keys of objects
var $l { value = [1, 2, 3, 4, 5] }
var $x { value = [($l|slice:-2), ($l|slice:1:-2), ($l|slice:-9:2), ($l|slice:9), ($l|slice:0:0), ($l|slice:1:null)] }
expect.to_equal ($x) { value = [[4, 5], [2, 3], [1, 2], [], [], [2, 3, 4, 5]] }
var $o { value = {a: 1, b: 2, c: 3}|slice:1:1 }
expect.to_equal ($o) { value = {b: 2} }

//=== merge of lists, objects, both and nothing
var $x { value = [([1]|merge:{a: 2}), ({a: 1}|merge:[2]), ({a: 1}|merge:[]), ([]|merge:{a: 1}), (null|merge:[1]), ({"0": 1}|merge:{"0": 2})] }
expect.to_equal ($x) { value = [{"0": 1, a: 2}, {a: 1, "0": 2}, {a: 1}, {a: 1}, [1], {"0": 2}] }

//=== merge_recursive goes down and collects scalars
var $x { value = {a: {b: 1, l: [1]}, n: null}|merge_recursive:{a: {b: 2, l: [2]}, n: 1, z: 0} }
expect.to_equal ($x) { value = {a: {b: [1, 2], l: [1, 2]}, n: [null, 1], z: 0} }

//=== flatten reaches any depth
var $x { value = [[], [[[1]], {a: {b: 2}}], 3]|flatten }
expect.to_equal ($x) { value = [1, 2, 3] }

//=== fill in both orders of arguments
var $x { value = [("v"|fill:0:2), ("v"|fill:3:1), (null|fill:2:"x"), ([]|fill:3:0), ("v"|fill:0:-1)] }
expect.to_equal ($x) { value = [["v", "v"], {"3": "v"}, ["x", "x"], [], []] }

//=== fill has a limit
try_catch {
  try {
    var $x { value = "v"|fill:0:100000000 }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "a list or object may have at most 10,000,000 entries" }

//=== sort takes numbers for text unless told otherwise
var $l { value = [10, 9, 2] }
var $x { value = [($l|sort), ($l|sort:"":"number"), ($l|sort:"":"number":false), ($l|rsort:"":"number")] }
expect.to_equal ($x) { value = [[10, 2, 9], [2, 9, 10], [10, 9, 2], [10, 9, 2]] }

//=== sort by a path, missing values first, equal elements in their order
var $l { value = [{n: "b", i: 1}, {i: 2}, {n: "B", i: 3}, {n: "a", i: 4}] }
var $x { value = $l|sort:"n"|get:"i" }
expect.to_equal ($x) { value = [2, 4, 1, 3] }
var $y { value = $l|sort:"n":"text"|get:"i" }
expect.to_equal ($y) { value = [2, 3, 4, 1] }

//=== natural order reads runs of digits as numbers
var $x { value = ["v1.10", "v1.9", "v1.09", "V1.1"]|sort:"":"inatural" }
expect.to_equal ($x) { value = ["V1.1", "v1.9", "v1.09", "v1.10"] }

//=== unique compares texts of scalars and contents of containers
var $x { value = [1, "1", 1.0, {a: 1, b: 2}, {b: 2, a: 1}, [], {}]|unique }
expect.to_equal ($x) { value = [1, {a: 1, b: 2}, [], {}] }

//=== unique at a path treats a missing value as null
var $x { value = [{v: 1}, {}, {w: 2}, {v: 1}]|unique:"v" }
expect.to_equal ($x) { value = [{v: 1}, {}] }

//=== difference and intersection with and without keys
var $x { value = [([1, "2", null]|diff:[2, ""]), ([1, 2, 2]|intersect:["2"]), (["a", "b", "c"]|diff_assoc:["a", "c", "b"]), (["a", "b"]|intersect_assoc:["x", "b"])] }
expect.to_equal ($x) { value = [[1], [2, 2], {"1": "b", "2": "c"}, {"1": "b"}] }

//=== remove is loose unless strict, and reads paths
var $x { value = [([0, "0", false, 1]|remove:0), ([0, "0", false]|remove:0:"":true), ([{a: {b: 1}}, {a: 2}]|remove:1:"a.b")] }
expect.to_equal ($x) { value = [[1], ["0", false], [{a: 2}]] }

//=== index_by leaves out what has no scalar key
var $x { value = [{k: true, n: 1}, {k: null}, {k: []}, {n: 2}, {k: 5}]|index_by:"k" }
expect.to_equal ($x) { value = {"true": [{k: true, n: 1}], "5": [{k: 5}]} }

//=== the filter_ family on objects and paths
var $body { value = {name: "", age: null, tags: [], meta: {}, on: false, zero: 0, ok: "x"} }
var $x { value = [($body|filter_empty|keys), ($body|filter_null|filter_empty_text|keys), ($body|filter_empty_array|filter_empty_object|filter_false|filter_zero|keys)] }
expect.to_equal ($x) { value = [["ok"], ["tags", "meta", "on", "zero", "ok"], ["name", "age", "ok"]] }
var $y { value = [{e: "a"}, {e: null}, {}]|filter_null:"e" }
expect.to_equal ($y) { value = [{e: "a"}] }

//=== totals of nothing, of text and beyond 64 bits
var $x { value = [([]|sum), ([]|product), ([]|avg), ([]|array_max), (["3", "x", true, null]|sum), ([9223372036854775807, 1]|sum)] }
expect.to_equal ($x) { value = [0, 1, null, null, 4, 9223372036854775808.0] }

//=== expression filters see element, position and list
var $x { value = [5, 6, 7]|map:[$$, $index, ($parent|count)] }
expect.to_equal ($x) { value = [[5, 0, 3], [6, 1, 3], [7, 2, 3]] }

//=== expression filters nest, and outer variables stay visible
var $limit { value = 2 }
var $x { value = [[1, 2], [3]]|map:($$|filter:$$ >= $limit) }
expect.to_equal ($x) { value = [[2], [3]] }

//=== expression filters on null and on objects
var $x { value = [(null|map:$$), (null|every:false), (null|find:true), ({a: 1, b: 2}|filter:$$ > 1), (null|findIndex:true)] }
expect.to_equal ($x) { value = [[], true, null, [2], -1] }

//=== shuffle keeps the elements
var $x { value = [3, 1, 2]|shuffle|sort:"":"number" }
expect.to_equal ($x) { value = [1, 2, 3] }

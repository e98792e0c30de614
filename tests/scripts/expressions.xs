//=== precedence of arithmetic
expect.to_equal (1 + 2 * 3) { value = 7 }
expect.to_equal ((1 + 2) * 3) { value = 9 }
expect.to_equal (10 - 4 - 3) { value = 3 }
expect.to_equal (100 / 10 / 2) { value = 5 }
expect.to_equal (2 * 3 % 4) { value = 2 }
expect.to_equal (1 + 2 == 3) { value = true }

//=== concatenation binds weaker than addition
expect.to_equal ("a" ~ 1 + 2) { value = "a3" }
expect.to_equal (1 + 2 ~ "a" ~ 3 * 2) { value = "3a6" }

//=== a range binds weaker than concatenation and stronger than comparison
expect.to_equal (1..1 + 2) { value = [1, 2, 3] }
expect.to_equal ((1..2) == [1, 2]) { value = true }

//=== division and remainder
expect.to_equal (7 / 2) { value = 3.5 }
expect.to_equal (6 / 3) { value = 2 }
expect.to_equal (0 - 7 % 3) { value = -1 }
expect.to_equal (-7 % 3) { value = -1 }
expect.to_equal (7 % -3) { value = 1 }
expect.to_equal (7.9 % 3.9) { value = 1 }
expect.to_equal ((6 / 3)|to_text) { value = "2" }

//=== division by zero
expect.to_throw {
  stack { var $x { value = 1 / 0 } }
  exception = "Division by zero"
}
expect.to_throw {
  stack { var $x { value = 1 % 0 } }
  exception = "Modulo by zero"
}
expect.to_throw {
  stack { var $x { value = 1 % 0.5 } }
  exception = "Modulo by zero"
}

//=== arithmetic takes numbers and numeric texts
expect.to_equal ("5" + 1) { value = 6 }
expect.to_equal (" 5 " + "1.5") { value = 6.5 }
expect.to_equal ("1e2" * 1) { value = 100 }
expect.to_equal ("7" / "2") { value = 3.5 }

//=== arithmetic on anything else
expect.to_throw {
  stack { var $x { value = "x" + 1 } }
  exception = "Not numeric."
}
expect.to_throw {
  stack { var $x { value = null + 1 } }
  exception = "Not numeric."
}
expect.to_throw {
  stack { var $x { value = true + 1 } }
  exception = "Not numeric."
}
expect.to_throw {
  stack { var $x { value = [1] * 2 } }
  exception = "Not numeric."
}
expect.to_throw {
  stack { var $x { value = "a" + "b" } }
  exception = "Not numeric."
}
expect.to_throw {
  stack { var $x { value = "" - 1 } }
  exception = "Not numeric."
}
expect.to_throw {
  stack { var $x { value = ("a".."c") } }
  exception = "Not numeric."
}

//=== integers become decimals beyond 64 bits
expect.to_equal ((9223372036854775807 + 1)|is_decimal) { value = true }
expect.to_equal ((9223372036854775807 + 0)|is_int) { value = true }
expect.to_equal ((9223372036854775807 * 2)|to_text) { value = "1.844674407371E+19" }
expect.to_equal ((0 - 9223372036854775807 - 1)|is_int) { value = true }
expect.to_equal (9223372036854775808|is_decimal) { value = true }

//=== a decimal stays one until it is shown
expect.to_equal ((1.5 + 1.5)|is_decimal) { value = true }
expect.to_equal ((1.5 + 1.5)|json_encode) { value = "3" }
expect.to_equal (0.1 + 0.2) { value = 0.30000000000000004 }
expect.to_equal ((0.1 + 0.2)|to_text) { value = "0.3" }

//=== loose equality
expect.to_be_true (null == 0)
expect.to_be_true (null == "")
expect.to_be_false (null == "0")
expect.to_be_false (0 == "a")
expect.to_be_true ("1" == "01")
expect.to_be_true ("10" == "1e1")
expect.to_be_true (null == false)
expect.to_be_false (null == true)
expect.to_be_true (null == [])
expect.to_be_true (null == {})
expect.to_be_false (null == "a")
expect.to_be_true (true == "a")
expect.to_be_true (false == "0")
expect.to_be_true (false == [])
expect.to_be_true (1 == "1")
expect.to_be_true (1 == "1.0")
expect.to_be_true (1 == " 1")
expect.to_be_true ("0" == 0)
expect.to_be_false ("" == 0)
expect.to_be_false ("a" == "A")
expect.to_be_false ("abc" == "abc ")
expect.to_be_true (1 == 1.0)

//=== equality of containers
expect.to_be_true ([1, 2] == ["1", 2.0])
expect.to_be_false ([1, 2] == [2, 1])
expect.to_be_true ({a: 1, b: 2} == {b: 2, a: "1"})
expect.to_be_false ({a: 1} == {a: 1, b: null})
expect.to_be_false ([1] == 1)
expect.to_be_false ([] == 0)
expect.to_be_false ({} == "")
expect.to_be_true ([1] != [2])

//=== strict equality
expect.to_be_false (null === false)
expect.to_be_false (1 === 1.0)
expect.to_be_false (1 === "1")
expect.to_be_true ([1, "a"] === [1, "a"])
expect.to_be_true (1 !== 1.0)
expect.to_be_true ("a" === "a")

//=== order of numbers and texts
expect.to_be_true (2 < 10)
expect.to_be_true ("2" < "10")
expect.to_be_true ("a2" > "a10")
expect.to_be_true ("Z" < "a")
expect.to_be_true (10 > "9.5")
expect.to_be_true (1 < "a")
expect.to_be_true (10 < "9a")
expect.to_be_true ("abc" <= "abc")
expect.to_be_true (2 >= "2")

//=== order of null and booleans
expect.to_be_true (null < 1)
expect.to_be_true (null < -1)
expect.to_be_false (null < 0)
expect.to_be_true (null <= 0)
expect.to_be_true (null < "a")
expect.to_be_false (null < "")
expect.to_be_true (null < true)
expect.to_be_true (false < true)
expect.to_be_true (false < "a")
expect.to_be_false (true < 100)

//=== order of lists
expect.to_be_true ([5] < [1, 1])
expect.to_be_true ([1, 2] < [1, 3])
expect.to_be_true ([1] > 100)
expect.to_be_true ([] > "zzz")

//=== truthiness
expect.to_be_false (!!null)
expect.to_be_false (!!false)
expect.to_be_false (!!0)
expect.to_be_false (!!0.0)
expect.to_be_false (!!"")
expect.to_be_false (!!"0")
expect.to_be_false (!![])
expect.to_be_false (!!{})
expect.to_be_true (!!"false")
expect.to_be_true (!!" ")
expect.to_be_true (!!"0.0")
expect.to_be_true (!!-1)
expect.to_be_true (!![0])
expect.to_be_true (!!{a: null})

//=== text of values
expect.to_equal (true ~ "" ~ null ~ 2.50) { value = "true2.5" }
expect.to_equal (false ~ "|" ~ 12) { value = "false|12" }
expect.to_equal (1.0 ~ "") { value = "1" }
expect.to_equal (123456789012345.678 ~ "") { value = "1.2345678901235E+14" }
expect.to_equal (0.00001 ~ "") { value = "1.0E-5" }
expect.to_equal (10000000000000000000000000 ~ "") { value = "1.0E+25" }
expect.to_equal ([1, "a"] ~ "") { value = "[1,\"a\"]" }
expect.to_equal ({a: 1} ~ "") { value = "{\"a\":1}" }

//=== JSON of values
expect.to_equal ({a: 2.0, b: "ü/", c: 0.1, d: null}|json_encode) { value = "{\"a\":2,\"b\":\"ü/\",\"c\":0.1,\"d\":null}" }

//=== argument-less filters beside operators
var $x { value = [1,2,3]|count }
expect.to_equal ($x) { value = 3 }
expect.to_equal (([1,2,3]|count) > 2) { value = true }

//=== an operator behind an argument-less filter
var $x { value = [1,2,3]|count > 2 }  //! filter-needs-parentheses: ([1,2,3]|count) >

//=== every operator behind an argument-less filter
var $a { value = "a"|strlen - 1 }  //! filter-needs-parentheses
var $b { value = "a"|to_text ~ "x" }  //! filter-needs-parentheses
var $c { value = [1]|count == 0 }  //! filter-needs-parentheses
var $d { value = [1]|is_empty || true }  //! filter-needs-parentheses
var $e { value = null|first ?? 1 }  //! filter-needs-parentheses

//=== a question mark behind an argument-less filter
var $x { value = false|is_empty ? "y" : "n" }  //! filter-needs-parentheses

//=== the same in parentheses
expect.to_equal ((false|is_empty) ? "y" : "n") { value = "y" }

//=== a filter in the last operand
var $a { value = [1, 2] }
expect.to_equal (($a|count) > $a|count) { value = false }
expect.to_equal (1 + -2|abs) { value = 3 }
expect.to_equal ("a" ~ " b "|trim) { value = "ab" }
expect.to_equal (false ? 1 : [1, 2]|count) { value = 2 }

//=== arguments are greedy
expect.to_equal (5|add:2 * 3) { value = 11 }
expect.to_equal ([1,2,3]|map:$$ * 2|last) { value = 6 }
expect.to_equal ([1,2,3]|every:$$ >= 1 && $$ <= 3) { value = true }
var $has { value = [1,2]|has:5 == false }
expect.to_equal ($has) { value = false }
var $i { value = 1 }
expect.to_equal ("abcdef"|substr:$i:$i + 1) { value = "bc" }

//=== a comparison inside a greedy argument
var $x { value = {a: 1}|get:"b" == null }
expect.to_equal ($x) { value = null }

//=== get follows a path
expect.to_equal ({a: {b: [10,20]}}|get:"a.b[1]") { value = 20 }
expect.to_equal ([{id:1},{id:2}]|get:"id") { value = [1, 2] }
expect.to_equal ({a: 1}|get:"b":0) { value = 0 }
expect.to_equal ({"a.b": 1}|get:"[\"a.b\"]") { value = 1 }

//=== element expressions nest
expect.to_equal ((1+2+3)|transform:$$+(1|transform:$$+$0)) { value = 13 }
expect.to_equal ([[1, 2], [3]]|map:($$|map:$$ * 10)) { value = [[10, 20], [30]] }
expect.to_equal ([1, 2]|map:$this + $index) { value = [1, 3] }
expect.to_equal ([1, 2]|map:($parent|count)) { value = [2, 2] }
expect.to_equal ([1, 2]|map:$[0]) { value = [1, 2] }

//=== an outer variable inside an element expression
var $n { value = 10 }
expect.to_equal ([1, 2]|map:$$ + $n) { value = [11, 12] }

//=== sorting
expect.to_equal ([10,9,2]|sort) { value = [10, 2, 9] }
expect.to_equal ([10,9,2]|sort:"":"number") { value = [2, 9, 10] }

//=== ranges
expect.to_equal ((1..5)) { value = [1, 2, 3, 4, 5] }
expect.to_equal ((3..1)) { value = [3, 2, 1] }
expect.to_equal ((2..2)) { value = [2] }
expect.to_equal (("1".."3")) { value = [1, 2, 3] }
expect.to_equal ((0..(0 - 1))) { value = [0, -1] }

//=== a range that is too long
expect.to_throw {
  stack { var $x { value = (1..100000000) } }
  exception = "10,000,000"
}

//=== set creates what is missing
expect.to_equal ({a:1}|set:"b.c":2) { value = {a: 1, b: {c: 2}} }
expect.to_equal (["x"]|set:1:"y") { value = ["x", "y"] }
expect.to_equal (["x"]|set:5:"y") { value = {"0": "x", "5": "y"} }

//=== a variable that nothing sets
var $x { value = $missing.path ?? "d" }  //! unknown-variable
expect.to_equal ($x) { value = "d" }

//=== ternary
expect.to_equal ("0" ? 1 : 2) { value = 2 }
expect.to_equal ("false" ? 1 : 2) { value = 1 }
expect.to_equal (false ? 1 : true ? 2 : 3) { value = 2 }
expect.to_equal (true ? false ? 1 : 2 : 3) { value = 2 }
expect.to_equal (true ? 1 : 1 / 0) { value = 1 }
expect.to_equal (1 > 2 ? "a" : "b") { value = "b" }

//=== coalescing
var $o { value = {a: null, b: 0, c: {d: 1}} }
expect.to_equal ($o.a ?? "x") { value = "x" }
expect.to_equal ($o.b ?? "x") { value = 0 }
expect.to_equal ($o.b ?: "x") { value = "x" }
expect.to_equal ($o.c.d ?: "x") { value = 1 }
expect.to_equal ($o.none.deep ?? $o.nor.this ?? 3) { value = 3 }
expect.to_equal (1 ?? 1 / 0) { value = 1 }
expect.to_equal (1 ?: 1 / 0) { value = 1 }

//=== logic gives booleans and stops early
expect.to_equal (1 && "a") { value = true }
expect.to_equal (0 && 1 / 0) { value = false }
expect.to_equal (true || 1 / 0 == 1) { value = true }
expect.to_equal (null || false) { value = false }
expect.to_equal (true || null) { value = true }
expect.to_equal (!"a") { value = false }
expect.to_equal (!(1 == 2) && true) { value = true }

//=== or with other operands gives an operand
expect.to_equal (0 || 10) { value = 10 }
expect.to_equal (5 || 10) { value = 5 }
expect.to_equal ("" || false) { value = false }
expect.to_equal ("" || 0) { value = 0 }

//=== both kinds of logic side by side
var $x { value = true || false && false }  //! mixed-logic
expect.to_equal ($x) { value = true }

//=== not binds weaker than a filter
expect.to_equal (![1]|is_empty) { value = true }

//=== a sign before a variable
var $x { value = 5 }
var $y { value = -$x }  //! unary-minus
expect.to_equal ($y) { value = -5 }

//=== comparisons do not chain
var $x { value = 1 < 2 < 3 }  //! syntax

//=== numbers
expect.to_equal (007) { value = 7 }
expect.to_equal (1.50) { value = 1.5 }
expect.to_equal ([-1, -1.5]) { value = [-1, -1.5] }
expect.to_equal (3-1) { value = 2 }
expect.to_equal (3 -1) { value = 2 }

//=== a number that ends with a point
var $x { value = 1. }  //! syntax

//=== a number that begins with a point
var $x { value = .5 }  //! syntax

//=== texts and their escapes
expect.to_equal ("a\tb\n"|strlen) { value = 4 }
expect.to_equal ("\x41\u00e9") { value = "Aé" }
expect.to_equal ("\"'") { value = '"\'' }
expect.to_equal ('a\nb'|strlen) { value = 4 }
expect.to_equal ("\\d"|strlen) { value = 2 }
expect.to_equal ("no {x} ${x} $x"|strlen) { value = 14 }

//=== an unknown escape keeps its backslash
expect.to_equal ("\d\/"|strlen) { value = 4 }

//=== a text of several lines
var $t {
  value = """
    one
      two "quoted" \n
    """
}
expect.to_equal ($t) { value = "one\n  two \"quoted\" \\n" }

//=== a raw line break inside a text
var $x { value = "one  //! syntax
}

//=== objects
expect.to_equal ({a: 1, "b c": 2, d-e: 3}) { value = {d-e: 3, "b c": 2, a: 1} }
expect.to_equal ({a: 1, !b: 2}|keys) { value = ["a"] }
expect.to_equal ({...{a: 1, b: 1}, b: 2}) { value = {a: 1, b: 2} }
expect.to_equal ({if: 1, each: 2, as: 3}|keys) { value = ["if", "each", "as"] }
expect.to_equal ({"0": "x"}|is_object) { value = true }
var $long {
  value = {
    a: 1
    b  : [
      1
      2, 3
    ]
    c:
      "next line"
  }
}
expect.to_equal ($long) { value = {a: 1, b: [1, 2, 3], c: "next line"} }

//=== a key that stands twice
var $x { value = {a: 1, a: 2} }  //! duplicate-key

//=== lists
expect.to_equal ([1, ...[2, 3], 4]) { value = [1, 2, 3, 4] }
expect.to_equal ([]|is_array) { value = true }
expect.to_equal ({}|is_array) { value = false }

//=== casts
expect.to_equal (!int "5") { value = 5 }
expect.to_equal (!decimal "2.5") { value = 2.5 }
expect.to_equal (!bool "true") { value = true }
expect.to_equal (!array "[1, 2]") { value = [1, 2] }
expect.to_equal (!object "{\"a\": 1}") { value = {a: 1} }
expect.to_equal (!timestamp "1970-01-01T00:00:01Z") { value = 1000 }

//=== a cast to expr is evaluated where it stands
var $n { value = 20 }
var $o { value = {a: {b: 1}} }
expect.to_equal (!expr "1 + $n * 2") { value = 41 }
expect.to_equal (!expr "[1, 2]|map:($$ * 2)") { value = [2, 4] }
expect.to_equal (!null "whatever") { value = null }
expect.to_equal (!var "n") { value = 20 }
expect.to_be_true (!null)
expect.to_equal (!expr "$n > 10 ? \"much\" : \"little\"") { value = "much" }
expect.to_throw {
  stack { var $x { value = !expr "1 +" } }
  exception = "Invalid syntax."
}

//=== timestamp literals
expect.to_equal (1970-01-01 00:00:01+0000) { value = 1000 }
expect.to_equal (1970-01-01 02:00:00+0200) { value = 0 }

//=== a bare word is a text
var $x { value = red }  //! unquoted-text
expect.to_equal ($x) { value = "red" }

//=== upper-case constants are bare words
var $x { value = NULL }  //! unquoted-text
expect.to_equal ($x) { value = "NULL" }

//=== now is read anew each time
expect.to_equal (now) { value = 1767225600000 }
util.sleep { value = 1.5 }
expect.to_equal (now) { value = 1767225601500 }
expect.to_equal (now|format_timestamp:"Y-m-d H:i:s") { value = "2026-01-01 00:00:01" }

//=== backticks
var $o { value = {a: 1} }
expect.to_equal (`$o.a + 1`) { value = 2 }
expect.to_equal (`$o.none`) { value = null }
expect.to_equal ((`$o.a` >= `1`) ? "y" : "n") { value = "y" }
expect.to_equal (`|range:1:3`) { value = [1, 2, 3] }

//=== a filter without a subject
var $x { value = |range:1:3 }
expect.to_equal ($x) { value = [1, 2, 3] }

//=== a disabled filter is skipped
expect.to_equal ("a"|!to_upper|concat:"b") { value = "ab" }

//=== a chain goes on in the next line
var $x {
  value = {}
    |set:"a":1
    |set:"b":2
}
expect.to_equal ($x) { value = {a: 1, b: 2} }

//=== a value goes on behind an operator
var $x {
  value = 1 +
    2
}
expect.to_equal ($x) { value = 3 }

//=== a value goes on before an operator
var $x {
  value = "a"
    ~ "b"  //! line-continuation
}
expect.to_equal ($x) { value = "ab" }

//=== line breaks inside parentheses
var $x {
  value = (
    1
    + 2
  )
}
expect.to_equal ($x) { value = 3 }

//=== filters take literals, paths and parentheses as arguments
var $o { value = {k: "a"} }
expect.to_equal ({}|set:$o.k:($o.k ~ "!")) { value = {a: "a!"} }
expect.to_equal ([3]|merge:[$o.k]) { value = [3, "a"] }
expect.to_equal ({}|set:"k":{a: 1}) { value = {k: {a: 1}} }
expect.to_equal ([{a: 1, b: 2, c: 3}]|map:($$|pick:[a,c])) { value = [{a: 1, c: 3}] }

//=== a missing filter argument
var $x { value = "a"|split }  //! missing-argument: separator

//=== too many filter arguments
var $x { value = " a "|trim:" ":"b" }  //! too-many-arguments: a run ignores the rest
expect.to_equal ($x) { value = "a" }

//=== names of filters that do not exist
var $a { value = "abc"|strlenght }  //! unknown-filter: did you mean `strlen`
var $b { value = "abc"|upper }  //! unknown-filter: did you mean `to_upper`
var $c { value = "abc"|default:"x" }  //! unknown-filter: did you mean `first_notnull`
var $d { value = [1]|length }  //! unknown-filter: `count`
var $e { value = [1]|qqqqqqqqq }  //! unknown-filter: Unknown filter function 'qqqqqqqqq'

//=== operators of other languages
var $a { value = 2 ** 3 }  //! syntax
var $b { value = 1 <> 2 }  //! syntax
var $c { value = $a?.b }  //! syntax
var $d { value = 5 & 3 }  //! syntax

//=== calls of other languages
var $a { value = "abc"|substr(1, 2) }  //! syntax

//=== words of database expressions
var $x { value = 1 }
var $y { value = $x in [1] }  //! unknown-operator
var $z { value = $x ==? 1 }  //! unknown-operator

//=== the element variable outside an element expression
var $x { value = $$ + 1 }  //! misplaced-element

//=== the database variable outside a database expression
var $x { value = $db.user.id }  //! misplaced-db

//=== a text as an expression
var $a { value = {b: [1, 2]} }
var $text { value = "$a.b[1] + $var.a.b[0]" }
expect.to_equal ($text|to_expr) { value = 3 }
var $same { value = "$a.b"|to_expr }
array.push $same { value = 3 }
expect.to_equal ([$a.b, $same]) { value = [[1, 2], [1, 2, 3]] }
expect.to_be_null ("   "|to_expr)

//=== a text as an expression reads the inputs of its function
function.run "reads" { input = {n: 2, formula: "$input.n * 10"} } as $r
expect.to_equal ($r) { value = [20, 40] }

---
function reads {
  input {
    int n
    text formula
  }
  stack { }
  response = [$input.formula|to_expr, `[$input.formula]|map:($$|to_expr)|first` * 2]
}

//=== a text that is no expression
foreach (["1 +", "1 }", "function x { }", "$x = 1", "1|nosuch", "$$.a", "return { value = 1 }", "__import__"]) {
  each as $text {
    try_catch {
      try { var $r { value = $text|to_expr } }
      catch { var $r { value = $error.message } }
    }
    expect.to_equal ($r) { value = ($text == "__import__" ? "__import__" : "Invalid syntax. Please wrap your filter with parentheses.") }
  }
}

//=== a fault in a text that is an expression
try_catch {
  try { var $x { value = "1 / 0"|to_expr } }
  catch { var $x { value = $error.message } }
}
expect.to_equal ($x) { value = "Division by zero" }

//=== a name for a value in the rest of a chain
var $list { value = [3, 4] }
expect.to_equal (`$list|as:all|map:($$ * ($all|count))|as:twice|merge:$all|push:$twice[0]`) { value = [6, 8, 3, 4, 6] }
expect.to_equal (`{a: 1}|as:o|set:"b":$o.a`) { value = {a: 1, b: 1} }

//=== a name that means something else
var $list { value = [3] }
var $r { value = `[1]|as:list|merge:$list` }  //! reserved-name

//=== a block in triple backticks holds one expression over several lines
var $a { value = 2 }
var $x {
  value = ```
    $a
      + 1
  ```
}
expect.to_equal ($x) { value = 3 }

//=== a lone quote is no expression
expect.to_throw {
  stack { var $x { value = "\""|to_expr } }
  exception = "Invalid syntax."
}

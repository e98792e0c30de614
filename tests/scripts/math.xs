//=== rounding goes by the digits that are shown
var $r { value = [(1.005|round:2), (2.5|round), (-2.5|round), (1.955|round:2), (0.285|round:2)] }
expect.to_equal ($r) { value = [1.01, 3, -3, 1.96, 0.29] }

//=== rounding left of the point
var $r { value = [(1250|round:-2), (1249|round:-2), (-15|round:-1), (1234567.891|round:-3), (5|round:-30)] }
expect.to_equal ($r) { value = [1300, 1200, -20, 1235000, 0] }

//=== rounding without decimals makes an integer, with decimals a decimal
var $r { value = [(2.4|round|is_int), (2.4|floor|is_int), (2.4|ceil|is_int), (5|round:2|is_decimal)] }
expect.to_equal ($r) { value = [true, true, true, true] }

//=== floor and ceil of negative numbers
var $r { value = [(-2.1|floor), (-2.9|ceil), ("7.9"|floor)] }
expect.to_equal ($r) { value = [-3, -2, 7] }

//=== integers stay integers until they are too large
var $r { value = [(10|add:5), (9223372036854775807|add:1|is_decimal), (6|divide:3|is_int), (7|divide:2)] }
expect.to_equal ($r) { value = [15, true, true, 3.5] }

//=== numeric text counts as a number
var $r { value = ["5"|add:"1.5", " 7 "|subtract:2, "2"|multiply:"3"] }
expect.to_equal ($r) { value = [6.5, 5, 6] }

//=== null is no number
try_catch {
  try {
    var $r { value = null|add:1 }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Not numeric." }

//=== nothing can be divided by zero
try_catch {
  try {
    var $r { value = 1|divide:0 }
  }
  catch {
    var $divided { value = $error.message }
  }
}
try_catch {
  try {
    var $r { value = 1|modulus:0.9 }
  }
  catch {
    var $rest { value = $error.message }
  }
}
expect.to_equal ($divided) { value = "Division by zero" }
expect.to_equal ($rest) { value = "Modulo by zero" }

//=== the remainder has the sign of the first number
var $r { value = [(-7|modulus:3), (7|modulus:-3), (7.9|modulus:3)] }
expect.to_equal ($r) { value = [-1, 1, 1] }

//=== powers
var $r { value = [(2|pow:62), (2|pow:-1), (0|pow:0), (0|pow:-1), (-8|pow:0.5), (2|pow:63|is_decimal)] }
expect.to_equal ($r) { value = [4611686018427387904, 0.5, 1, null, null, true] }

//=== a power without end is null, not a full memory
var $r { value = 9223372036854775807|pow:9223372036854775807 }
expect.to_be_null ($r)

//=== what has no real result is null
var $r { value = [(-1|sqrt), (0|ln), (-1|log10), (8|log:1), (2|asin), (0.5|acosh), (1|atanh), (1000|exp)] }
expect.to_equal ($r) { value = [null, null, null, null, null, null, null, null] }

//=== logarithms of whole powers are whole
var $r { value = [(8|log:2), (1000|log:10), (1000|log10), (9|sqrt)] }
expect.to_equal ($r) { value = [3, 3, 3, 3] }

//=== min and max of two numbers and of a list
var $r { value = [(5|min:3), (5|max:"7"), (1|max:1.5), ([5, 2]|min), (["b", "a"]|max), ([]|min)] }
expect.to_equal ($r) { value = [3, 7, 1.5, 2, "b", null] }

//=== bits
var $r { value = [(5|bitwise_and:3), (5|bitwise_or:3), (5|bitwise_xor:3), (5|bitwise_not), (-1|bitwise_and:255)] }
expect.to_equal ($r) { value = [1, 7, 6, -6, 255] }

//=== numbers for people to read
var $r {
  value = [
    (31253212.141592|number_format:2:".":","),
    (1234.5|number_format),
    (-1234.567|number_format:2:",":"."),
    (1234567|number_format:1:",":""),
    (-0.001|number_format:2),
    (9007199254740993|number_format)
  ]
}
expect.to_equal ($r) {
  value = ["31,253,212.14", "1,235", "-1.234,57", "1234567,0", "0.00", "9,007,199,254,740,993"]
}

//=== even and odd look at the integer
var $r { value = [(4|even), (-3|odd), (3.9|even)] }
expect.to_equal ($r) { value = [true, true, false] }

//=== statements change the variable in place
var $x { value = 10 }
math.add $x { value = 5 }
math.sub $x { value = "3" }
math.mul $x { value = 2 }
math.div $x { value = 5 }
expect.to_equal ($x) { value = 4.8 }
math.mod $x { value = 3 }
expect.to_equal ($x) { value = 1 }

//=== statements reach into objects and lists
var $o { value = {n: 1, list: [1, 2]} }
math.add $o.n { value = 1 }
math.mul $o.list[1] { value = 10 }
expect.to_equal ($o) { value = {n: 2, list: [1, 20]} }

//=== a copy does not change with the variable
var $a { value = {n: 1} }
var $b { value = $a }
math.add $a.n { value = 1 }
expect.to_equal ($b) { value = {n: 1} }

//=== bits of a variable
var $x { value = 6 }
math.bitwise.and $x { value = 3 }
math.bitwise.or $x { value = 8 }
math.bitwise.xor $x { value = 1 }
expect.to_equal ($x) { value = 11 }

//=== a text that is no number cannot be added to
var $x { value = "many" }
try_catch {
  try {
    math.add $x { value = 1 }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Not numeric." }
expect.to_equal ($x) { value = "many" }

//=== text statements
var $t { value = " b " }
text.trim $t
text.append $t { value = "c" }
text.prepend $t { value = "a" }
text.append $t { value = 1 }
text.rtrim $t { value = "1" }
text.ltrim $t { value = "a" }
expect.to_equal ($t) { value = "bc" }

//=== text statements that only look
var $t { value = "Hello" }
text.contains $t { value = "ell" } as $a
text.icontains $t { value = "ELL" } as $b
text.starts_with $t { value = "he" } as $c
text.istarts_with $t { value = "he" } as $d
text.ends_with $t { value = "LO" } as $e
text.iends_with $t { value = "LO" } as $f
var $r { value = [$a, $b, $c, $d, $e, $f] }
expect.to_equal ($r) { value = [true, true, false, true, false, true] }
expect.to_equal ($t) { value = "Hello" }

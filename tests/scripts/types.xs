//=== every value has one type
var $values { value = [[], {}, "", 0, 0.5, false, null] }
var $r {
  value = [
    ($values|map:($$|is_array)),
    ($values|map:($$|is_object)),
    ($values|map:($$|is_text)),
    ($values|map:($$|is_int)),
    ($values|map:($$|is_decimal)),
    ($values|map:($$|is_bool)),
    ($values|map:($$|is_null))
  ]
}
expect.to_equal ($r) {
  value = [
    [true, false, false, false, false, false, false],
    [false, true, false, false, false, false, false],
    [false, false, true, false, false, false, false],
    [false, false, false, true, false, false, false],
    [false, false, false, false, true, false, false],
    [false, false, false, false, false, true, false],
    [false, false, false, false, false, false, true]
  ]
}

//=== empty is what counts as false
var $values { value = ["", null, 0, 0.0, "0", false, [], {}, " ", "false", "0.0", [0]] }
var $r { value = $values|map:($$|is_empty) }
expect.to_equal ($r) { value = [true, true, true, true, true, true, true, true, false, false, false, false] }

//=== an integer is taken from the beginning of a text
var $values { value = ["133.45 kg", "  12abc", "-5", "+7", ".9", "1e3", "1e", "x1", "", "1_000", "0x1A"] }
var $r { value = $values|map:($$|to_int) }
expect.to_equal ($r) { value = [133, 12, -5, 7, 0, 1000, 1, 0, 0, 1, 0] }

//=== an integer out of what is no text
var $values { value = [-2.9, true, false, null, 9223372036854775807] }
var $r { value = $values|map:($$|to_int) }
expect.to_equal ($r) { value = [-2, 1, 0, 0, 9223372036854775807] }

//=== a number too large for an integer becomes the largest
var $r { value = ["99999999999999999999"|to_int, "-1e300"|to_int] }
expect.to_equal ($r) { value = [9223372036854775807, -9223372036854775808] }

//=== a list is no integer
try_catch {
  try {
    var $r { value = [1]|to_int }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Integer filter requires a scalar value." }

//=== decimals
var $r { value = [("133.45 kg"|to_decimal), ("1.5e3"|to_decimal), (true|to_decimal), (null|to_decimal)] }
expect.to_equal ($r) { value = [133.45, 1500, 1, 0] }
expect.to_be_true (5|to_decimal|is_decimal)

//=== an object is no decimal
try_catch {
  try {
    var $r { value = {a: 1}|to_decimal }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Decimal filter requires a scalar value." }

//=== text of numbers
var $r { value = [(1.344|to_text), (2.50|to_text), (0.1|add:0.2|to_text), (0.00001|to_text), (12|to_text)] }
expect.to_equal ($r) { value = ["1.344", "2.5", "0.3", "1.0E-5", "12"] }

//=== text of everything else
var $r { value = [(true|to_text), (false|to_text), (null|to_text), ([1, 2.0]|to_text), ({a: "é/"}|to_text)] }
expect.to_equal ($r) { value = ["true", "false", "", "[1,2]", "{\"a\":\"é/\"}"] }

//=== words that mean true and false
var $values { value = ["true", "YES", "on", "1", "2", "false", "No", "off", "0", ""] }
var $r { value = $values|map:($$|to_bool) }
expect.to_equal ($r) { value = [true, true, true, true, true, false, false, false, false, false] }

//=== other values as true and false
var $values { value = [1, 0, -0.5, 0.0, null, [], [0], {}, {a: 1}] }
var $r { value = $values|map:($$|to_bool) }
expect.to_equal ($r) { value = [true, false, true, false, false, false, true, false, true] }

//=== a word that is neither
try_catch {
  try {
    var $r { value = "maybe"|to_bool }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Invalid boolean input." }

//=== the shape of a uuid
var $values {
  value = [
    "550e8400-e29b-41d4-a716-446655440000",
    "550E8400-E29B-41D4-A716-446655440000",
    "550e8400e29b41d4a716446655440000",
    "g50e8400-e29b-41d4-a716-446655440000",
    5
  ]
}
var $r { value = $values|map:($$|is_uuid) }
expect.to_equal ($r) { value = [true, true, false, false, false] }

//=== comparison filters answer as the operators do
var $r {
  value = [
    ("1"|equals:"01"),
    (null|equals:0),
    (0|not_equals:"a"),
    ("9"|less_than:"10"),
    ("Z"|less_than:"a"),
    (4|less_than_or_equal:4),
    (null|greater_than:-1),
    (4|greater_than_or_equal:5)
  ]
}
expect.to_equal ($r) { value = [true, true, true, true, true, true, false, false] }

//=== in asks the list for the value
var $r { value = [([1, 2]|in:"2"), ([1, 2]|in:3), (null|in:1), ([[1]]|in:[1])] }
expect.to_equal ($r) { value = [true, false, false, true] }

//=== in asks no text
try_catch {
  try {
    var $r { value = "abc"|in:"b" }
  }
  catch {
    var $message { value = $error.message }
  }
}
expect.to_equal ($message) { value = "Value must be an array." }

//=== not turns what counts as true round
var $values { value = [true, "0", "false", [], null, 0.1] }
var $r { value = $values|map:($$|not) }
expect.to_equal ($r) { value = [false, true, false, true, true, false] }

//=== a dblink stands for the columns of its table
function.run "add_user" { input = {name: "Ada", email: "a@x.test", age: "7"} } as $x
expect.to_equal ($x) { value = {name: "Ada", email: "a@x.test", role: "user", age: 7} }

---
table "user" {
  schema {
    int id
    timestamp created_at?=now
    text name filters=trim
    email email
    text role?="user"
    text secret?
    text age
  }
}
---
function "add_user" {
  input {
    dblink {
      table = "user"
      override = {created_at: {hidden: true}, secret: {hidden: true}}
    }
    int age
  }
  stack {}
  response = `$input`
}

//=== a column that is required is a required input
expect.to_throw {
  stack { function.run "add_user" { input = {name: "Ada"} } as $x }
  exception = "Missing param: email"
}

---
table "user" {
  schema {
    int id
    text name
    email email
  }
}
---
function "add_user" {
  input {
    dblink {
      table = "user"
    }
  }
  stack {}
  response = 1
}

//=== a dblink to a table that is not there
function.run "add_user" { input = {} } as $x

---
function "add_user" {
  input {
    dblink {  //! unresolved-table: there is no table `user`
      table = "user"
    }
  }
  stack {}
  response = 1
}

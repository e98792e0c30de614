//=== rows of a file, taken one by one
storage.create_file_resource { filename = "a.csv" filedata = "name,email\r\nAda,a@x.test\r\n\"E, v\",\r\nBob\r\n" } as $f
stream.from_csv {
  value = $f
  separator = ","
  enclosure = "\""
  escape_char = "\""
} as $s
var $rows { value = [] }
foreach ($s) {
  each as $row { array.push $rows { value = $row } }
}
expect.to_equal ($rows) { value = [{name: "Ada", email: "a@x.test"}, {name: "E, v", email: ""}, {name: "Bob", email: null}] }

//=== rows without a header
stream.from_csv { value = "1;2\n3;4" separator = ";" headers = false } as $s
var $sum { value = 0 }
foreach ($s) {
  each as $row { math.add $sum { value = $row.0 * $row[1] } }
}
expect.to_equal ($sum) { value = 14 }

//=== a stream is gone through once
stream.from_csv { value = "a\n1\n2" } as $s
foreach ($s) {
  each as $row { break }
}
var $m { value = [] }
foreach (["again"]) {
  each as $turn {
    try_catch {
      try {
        foreach ($s) {
          each as $row { array.push $m { value = "read twice" } }
        }
      }
      catch { array.push $m { value = $error.message } }
    }
    try_catch {
      try { var $x { value = $s|count } }
      catch { array.push $m { value = $error.message } }
    }
  }
}
expect.to_equal ($m) { value = ["The stream was read before.", "The stream was read before."] }

//=== where a list is asked for, it is one from then on
stream.from_jsonl { value = "{\"a\":1}\n\n{\"a\":2}\n" } as $s
expect.to_equal ($s|map:$$.a) { value = [1, 2] }
expect.to_equal ($s|count) { value = 2 }
var $r { value = 0 }
foreach ($s) {
  each as $each { math.add $r { value = $each.a } }
}
expect.to_equal ($r) { value = 3 }
expect.to_equal ({rows: $s}|json_encode) { value = "{\"rows\":[{\"a\":1},{\"a\":2}]}" }

//=== a list made of it is a list of its own
stream.from_jsonl { value = "1\n2" } as $s
var $list { value = $s|push:3 }
array.push $s { value = 4 }
expect.to_equal ([$list, $s]) { value = [[1, 2, 3], [1, 2, 4]] }

//=== a bad line is reported when it is reached
stream.from_jsonl { value = "1\n[2]\n{bad}\n4" } as $s
var $seen { value = [] }
try_catch {
  try {
    foreach ($s) {
      each as $value { array.push $seen { value = $value } }
    }
  }
  catch { array.push $seen { value = $error.message|substr:0:18 } }
}
expect.to_equal ($seen) { value = [1, [2], "Line 3 is no JSON:"] }

//=== a stream passed to a function that goes through it
stream.from_csv { value = "n\n1\n2\n3" } as $s
function.run "total" { input = {rows: $s} } as $r
expect.to_equal ($r) { value = 6 }

---
function total {
  input { json rows }
  stack {
    var $sum { value = 0 }
    foreach ($input.rows) {
      each as $row { math.add $sum { value = $row.n } }
    }
  }
  response = $sum
}

//=== a stream is true, has a type and no fields
stream.from_jsonl { value = "" } as $s
conditional {
  if ($s) { var $x { value = "true" } }
  else { var $x { value = "false" } }
}
expect.to_equal ([$x, ($s.name ?? "none")]) { value = ["true", "none"] }

//=== a file that is none, and a number
var $found { value = [] }
foreach ([null, [], {path: ""}]) {
  each as $value {
    try_catch {
      try { stream.from_csv { value = $value } as $s }
      catch { array.push $found { value = $error.message } }
    }
  }
}
expect.to_equal ($found) { value = ["Missing param: value", "Missing param: value", "Missing param: value"] }
stream.from_jsonl { value = 12 } as $s
expect.to_equal ($s|first) { value = 12 }

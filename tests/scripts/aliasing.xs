//=== a cell changed in three statements
var $table { value = [[1, 2], [3]] }
var $copy { value = $table }
for (2) {
  each as $i {
    var $row { value = $table|get:$i }
    var.update $row { value = $row|set:0:$i }
    var.update $table { value = $table|set:$i:$row }
  }
}
array.push $row { value = "row" }
expect.to_equal ($table) { value = [[0, 2], [1]] }
expect.to_equal ([$copy, $row]) { value = [[[1, 2], [3]], [1, "row"]] }

//=== a row that another variable holds is left alone
var $table { value = [[1], [2]] }
var $kept { value = $table[1] }
var $i { value = 1 }
var $row { value = $table[$i] }
var.update $row[0] { value = 9 }
var.update $table[$i] { value = $row }
expect.to_equal ([$table, $kept, $row]) { value = [[[1], [9]], [2], [9]] }

//=== a cell that holds its own row
var $table { value = [[1]] }
var $row { value = $table|get:0 }
var.update $row { value = $row|set:0:$table[0] }
var.update $table { value = $table|set:0:$row }
expect.to_equal ([$table, $row]) { value = [[[[1]]], [[1]]] }

//=== a row counted from the end is not there for get
var $table { value = [[1]] }
var $i { value = -1 }
var $row { value = $table|get:$i }
var.update $row { value = $row|set:0:"a" }
var.update $table { value = $table|set:$i:$row }
expect.to_equal ([$table, $row]) { value = [{"0": [1], "-1": {"0": "a"}}, {"0": "a"}] }

//=== a row that is not there leaves the variable as it was
var $table { value = [[1]] }
try_catch {
  try {
    var $row { value = $table[2] }
    var.update $row[0] { value = 9 }
    var.update $table[2] { value = $row }
  }
  catch { var $message { value = $error.message } }
}
expect.to_equal ([$message, $row ?? "unset"]) { value = ["Unable to locate var: table.2", "unset"] }

//=== a cell that fails leaves the row in its variable
var $table { value = [[1], [2]] }
var $i { value = 1 }
try_catch {
  try {
    var $row { value = $table[$i] }
    var.update $row[0] { value = 1 / 0 }
    var.update $table[$i] { value = $row }
  }
  catch { var $message { value = $error.message } }
}
array.push $row { value = "row" }
expect.to_equal ([$message, $row, $table]) { value = ["Division by zero", [2, "row"], [[1], [2]]] }

//=== a plain reference as a cell must lead somewhere
var $table { value = [[1]] }
var $o { value = {a: 1} }
expect.to_throw {
  stack {
    var $row { value = $table|get:0 }
    var.update $row[0] { value = $o.b }
    var.update $table { value = $table|set:0:$row }
  }
  exception = "Unable to locate var: o.b"
}
var $row { value = $table|get:0 }
var.update $row { value = $row|set:0:$o.b }
var.update $table { value = $table|set:0:$row }
expect.to_equal ($table) { value = [[null]] }

//=== set without a path takes the value itself
var $o { value = {a: [1]} }
var $list { value = ["x"] }
var $path { value = "" }
var.update $list { value = $list|set:$path:$o }
var.update $list.a { value = 2 }
var.update $o.b { value = 3 }
expect.to_equal ([$list, $o]) { value = [{a: 2}, {a: [1], b: 3}] }

//=== what runs at the end does not change the result
function.run "grow" as $grown
util.post_process {
  stack {
    expect.to_equal ($grown) { value = [1, 2] }
  }
}

---
function grow {
  input { }
  stack {
    var $list { value = [1] }
    array.push $list { value = 2 }
    util.post_process {
      stack {
        array.push $list { value = 3 }
        expect.to_equal ($list) { value = [1, 2, 3] }
      }
    }
  }
  response = $list
}

//=== what runs at the end sees what the stack around it set, forgotten or not
var $list { value = [1] }
expect.to_throw {
  stack {
    array.push $list { value = 2 }
    util.post_process {
      stack { precondition ($list == [1, 2, 3]) { error = "the stack was forgotten" } }
    }
    array.push $list { value = 3 }
    throw { name = "n" value = "thrown" }
  }
  exception = "thrown"
}
array.push $list { value = 7 }
expect.to_equal ($list) { value = [1, 7] }

//=== a statement is done before its value finds no place
var $list { value = [1, 2] }
conditional { if (!$list) { var $none { value = {} } } }
expect.to_throw {
  stack { array.shift $list as $none.first }
  exception = "Missing var entry: none"
}
try_catch {
  try { array.shift $list as $none.first }
  catch { var $message { value = $error.message } }
}
expect.to_equal ([$list, $message]) { value = [[2], "Missing var entry: none"] }

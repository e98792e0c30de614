//=== filters on what they never take
try_catch {
  try {
    var $text { value = "red," ~ "blue" }
    debug.log { value = $text|count }  //! wrong-type: `count` takes a list or object and always gets a text here
    debug.log { value = [1]|strlen }  //! wrong-type: `strlen` takes a text and always gets a list here
    debug.log { value = {a: 1}|add:1 }  //! not-numeric: always gets an object here
    debug.log { value = true|round }  //! not-numeric: always gets true or false here
    debug.log { value = "a,b"|split:["x"] }  //! wrong-type: `split` takes a text and always gets a list here
    debug.log { value = 1|add:"one" }  //! not-numeric: this text spells none
  }
  catch { debug.log { value = $error.message } }
}
//=== what may be right is left alone
var $maybe { value = [1] }
conditional { if ($maybe == null) { var $maybe { value = "text" } } }
debug.log { value = $maybe|count }
debug.log { value = null|count }
debug.log { value = [1, 2]|sort:null:"number" }
debug.log { value = "12" + 1 }
debug.log { value = "12"|add:"1" }
debug.log { value = {a: [1]}.a|count }
//=== arithmetic
try_catch {
  try {
    var $list { value = [1] }
    debug.log { value = $list + 1 }  //! not-numeric: `+` takes numbers and always gets a list here
    debug.log { value = 2 * null }  //! not-numeric: always gets null here
    debug.log { value = "Total: " + 5 }  //! not-numeric: texts are joined with `~`
    debug.log { value = (1..$list) }  //! not-numeric: `..` takes numbers
  }
  catch { debug.log { value = $error.message } }
}
//=== comparisons that cannot turn out otherwise
var $list { value = [1] }
conditional {
  if ($list == 0) { debug.log { value = 1 } }  //! constant-comparison: a list is compared with a number
  elseif ($list > 3) { debug.log { value = 2 } }  //! constant-comparison: compare its length, e.g. ($list|count)
  elseif ($list == null || $list == true || $list == []) { debug.log { value = 3 } }
  elseif (($list|count) > 3) { debug.log { value = 2 } }
}
//=== lists joined as texts
var $list { value = [1] }
debug.log { value = $list ~ [2] ~ [3] }  //! not-portable: `|push:` appends to a list
//=== loops over what has no elements
try_catch {
  try {
    foreach ("a" ~ "b") {  //! wrong-type: `foreach` takes a list or object and always gets a text here
      each as $c { debug.log { value = $c } }
    }
    foreach (3) {  //! wrong-type: write for (3) to count
      each as $n { debug.log { value = $n } }
    }
    for ([1]) {  //! not-numeric: `for` takes a number and always gets a list here
      each as $n { debug.log { value = $n } }
    }
  }
  catch { debug.log { value = $error.message } }
}
//=== statements
try_catch {
  try {
    var $text { value = "a" ~ "b" }
    array.find ($text) if ($this == 1) as $found  //! wrong-type: `array.find` takes a list
  }
  catch { debug.log { value = $error.message } }
}
//=== inputs of a call
try_catch {
  try {
    var $list { value = [1] }
    function.run "takes" {
      input = {
        n: "many"  //! input-error: `takes` refuses this for `n`: Value is not a valid integer.
        t: $list  //! input-error: `takes` takes text for `t` and always gets a list here
        many: {a: 1}  //! input-error: `takes` refuses this for `many`
        kind: "c"  //! input-error: not one of the allowable values
      }
    }
    function.run "takes" {
      input = {n: "12", t: 5, many: 1, kind: "a"}
    }
  }
  catch { debug.log { value = $error.message } }
}

---
function takes {
  input {
    int n
    text t
    int[] many
    enum kind {
      values = ["a", "b"]
    }
  }
  stack {}
  response = $input
}

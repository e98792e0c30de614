function main {
  input {
  }
  stack {
    # a comment
    var $a { value = 1 }
    if ($a == 1) { debug.log { value = "one" } }
    else { debug.log { value = "other" } }
    var $b { value = $a == 1 and true }
    var $c { value = $a += 1 }
    function.run helper($a)
  }
  response = null
}

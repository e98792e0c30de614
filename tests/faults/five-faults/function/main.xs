function main {
  input {
  }
  stack {
    var $a { value = "abc"|strlenght }
    arry.push $a { value = 1 }
    var $b { valu = 2 }
    conditional {
      if ($a == 1) { var $c { value = 3 + } }
      else if ($a == 2) { var $c { value = 4 } }
    }
  }
  response = null
}

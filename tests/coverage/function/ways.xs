// What no test reaches stands above its line.
function ways {
  input {
    int n
    text kind?
    int[] list?
  }
  stack {
    conditional {
      if ($input.n == 1) {
        return { value = "one" }
      }
      //! never true
      elseif ($input.n == 2) {
        //! missing
        return { value = "two" }
      }
    }
    //! never false
    conditional { if ($input.n > 0) { var $sign { value = 1 } } else { var $sign { value = -1 } } }
    conditional {
      //! never false
      if ($input.n == 3) {
        var $three { value = true }
      }
    }
    //! never fails
    precondition ($input.n != 0) { error = "zero" }
    var $chosen {
      //! never false and never true
      value = [($input.n > 1) ? 1 : 2, ($input.n > 5) ? 1 : 2]
    }
    switch ($input.kind) {
      //! never passed over
      case ("a") {
        var $kind { value = 1 }
      }
      break
      //! missing
      case ("b") {
        //! missing
        var $kind { value = 2 }
      }
      break
    }
    foreach ($input.list) {
      each as $element {
        conditional {
          //! never true
          if ($element > 9) { break }
        }
      }
    }
    //! never ends
    for (2) {
      each as $i {
        break
      }
    }
    var $left { value = 1 }
    while ($left > 0) {
      each {
        math.sub $left { value = 1 }
      }
    }
    while (true) {
      each {
        break
      }
    }
    //! never ends
    foreach ($input.list) {
      each as $element {
        throw { name = "Full" value = $element }
      }
    }
    //! missing
    try_catch {
      try {
        //! missing
        var $parsed { value = "1"|to_int }
      }
      catch {
        //! missing
        var $parsed { value = 0 }
      }
    }
    group {
      stack {
        comment { description = "nothing to reach" }
        !var $off { value = 1 }
        //! missing
        var $size { value = ($input.n > 2) ? "big" : "small" }
      }
    }
  }
  //! missing
  response = $input.n
  test "one" {
    input = {n: 1}
    expect.to_equal ($response) { value = "one" }
  }
  test "three" {
    input = {n: 3, kind: "a", list: [1, 2]}
    expect.to_throw { value = "1" }
  }
}

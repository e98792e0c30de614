//=== above, beside, below
// about the file


   //about the function
function a { // opens
  // about the input
  input { // fields
    text a // the first
      // about b
    text b    // the second
    // after the fields
  }

  stack {
// about x
    var $x { value = 1 } // one
    var $y { // opens y
      value = 2 // two
    } // closes y
    // the end of the stack
  }
  response = $x // the answer
} // closes

// after all
//--- becomes
// about the file

//about the function
function a { // opens
  // about the input
  input { // fields
    text a // the first
    // about b
    text b // the second
    // after the fields
  }

  stack {
    // about x
    var $x { value = 1 } // one
    var $y { // opens y
      value = 2 // two
    } // closes y
    // the end of the stack
  }
  response = $x // the answer
} // closes

// after all
//=== alone in a bracket
function a {
  input {
    // nothing
  }
  stack { // nothing either
  }
  response = { // none
  }
}
//--- becomes
function a {
  input {
    // nothing
  }
  stack { // nothing either
  }
  response = { // none
  }
}
//=== in objects and lists
function a {
  stack {
    var $a { value = { // opens
      // about a
      a: 1, // one
      b: 2 // two

      // about c
      c: [ 1, // first
        2, 3, // third
        // last
      ] } }
    var $b { value = [1, // one
      |uuid // made
    ] }
    var $c { value = [
      0, 0, 1, // first row
      0, 1, 0, // second row
      // the last row
      1, 0, 0
    ] }
  }
}
//--- becomes
function a {
  stack {
    var $a {
      value = { // opens
        // about a
        a: 1 // one
        b: 2 // two

        // about c
        c: [
          1, // first
          2, 3 // third
          // last
        ]
      }
    }
    var $b {
      value = [
        1, // one
        |uuid // made
      ]
    }
    var $c {
      value = [
        0, 0, 1, // first row
        0, 1, 0, // second row
        // the last row
        1, 0, 0
      ]
    }
  }
}
//=== between filters
function a {
  stack {
    var $a { value = $x // the list
      // without blanks
      |trim // trimmed
      |lower:
        // the argument
        1
    }
  }
}
//--- becomes
function a {
  stack {
    var $a {
      value = $x // the list
        // without blanks
        |trim // trimmed
        |lower:
        // the argument
        1
    }
  }
}
//=== in conditions
function a {
  stack {
    conditional {
      // first
      if ( // why
        $a == 1 && // and
        // or so
        $b == 2
        // that was it
      ) { // then
      }
      // second
      elseif ($c) { }
      // else
      else { } // done
    }
    var $x { value = // says
      1 }
  }
}
//--- becomes
function a {
  stack {
    conditional {
      // first
      if ( // why
        $a == 1 && // and
        // or so
        $b == 2
        // that was it
      ) { // then
      }
      // second
      elseif ($c) {
      }
      // else
      else {
      } // done
    }
    var $x {
      value = // says
        1
    }
  }
}
//=== around attributes on one line
function a {
  stack {
    text.replace $x { a = 1, b = 2 } // both
    // a { b } "c
    text.replace $x { a = 1, // first
      b = 2 } // last
  }
}
//--- becomes
function a {
  stack {
    text.replace $x {
      a = 1
      b = 2
    } // both
    // a { b } "c
    text.replace $x {
      a = 1 // first
      b = 2
    } // last
  }
}

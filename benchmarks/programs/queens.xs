// N queens by backtracking: in how many ways they fit on a board without attacking each other.
function queens {
  input {
    int size
  }
  stack {
    var $columns { value = [] }
    for ($input.size) {
      each as $row {
        array.push $columns { value = -1 }
      }
    }
    var $solutions { value = 0 }
    var $row { value = 0 }
    while ($row >= 0) {
      each {
        var $column { value = $columns[$row] + 1 }
        var.update $columns[$row] { value = $column }
        conditional {
          if ($column >= $input.size) {
            var.update $columns[$row] { value = -1 }
            math.sub $row { value = 1 }
          }
          else {
            var $safe { value = true }
            var $above { value = 0 }
            while ($safe && $above < $row) {
              each {
                var $distance { value = $columns[$above] - $column }
                conditional {
                  if ($distance == 0 || $distance == $row - $above || $distance == $above - $row) {
                    var.update $safe { value = false }
                  }
                }
                math.add $above { value = 1 }
              }
            }
            conditional {
              if ($safe && $row == $input.size - 1) {
                math.add $solutions { value = 1 }
              }
              elseif ($safe) {
                math.add $row { value = 1 }
              }
            }
          }
        }
      }
    }
  }
  response = $solutions
}

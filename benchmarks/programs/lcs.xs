// Length of the longest common subsequence of two sequences, with the whole table of a textbook.
function lcs {
  input {
    int size
  }
  stack {
    var $left { value = [] }
    var $right { value = [] }
    var $seed { value = 7 }
    for ($input.size) {
      each as $at {
        var.update $seed { value = ($seed * 1103515245 + 12345) % 2147483648 }
        array.push $left { value = ($seed / 65536)|floor|modulus:4 }
        var.update $seed { value = ($seed * 1103515245 + 12345) % 2147483648 }
        array.push $right { value = ($seed / 65536)|floor|modulus:4 }
      }
    }
    var $table { value = [] }
    for ($input.size + 1) {
      each as $i {
        var $cells { value = [] }
        for ($input.size + 1) {
          each as $j {
            array.push $cells { value = 0 }
          }
        }
        array.push $table { value = $cells }
      }
    }
    var $i { value = 1 }
    while ($i <= $input.size) {
      each {
        var $j { value = 1 }
        while ($j <= $input.size) {
          each {
            conditional {
              if ($left[$i - 1] == $right[$j - 1]) {
                var $length { value = $table[$i - 1][$j - 1] + 1 }
              }
              elseif ($table[$i - 1][$j] >= $table[$i][$j - 1]) {
                var $length { value = $table[$i - 1][$j] }
              }
              else {
                var $length { value = $table[$i][$j - 1] }
              }
            }
            var $row { value = $table|get:$i }
            var.update $row { value = $row|set:$j:$length }
            var.update $table { value = $table|set:$i:$row }
            math.add $j { value = 1 }
          }
        }
        math.add $i { value = 1 }
      }
    }
  }
  response = $table[$input.size][$input.size]
}

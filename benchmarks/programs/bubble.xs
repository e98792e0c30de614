// Bubble sort of pseudo-random numbers; gives back the smallest, the median and the largest.
function bubble {
  input {
    int size
  }
  stack {
    var $numbers { value = [] }
    var $seed { value = 42 }
    for ($input.size) {
      each as $at {
        var.update $seed { value = ($seed * 1103515245 + 12345) % 2147483648 }
        array.push $numbers { value = $seed }
      }
    }
    var $last { value = $input.size - 1 }
    while ($last > 0) {
      each {
        var $i { value = 0 }
        while ($i < $last) {
          each {
            var $current { value = $numbers[$i] }
            var $next { value = $numbers[$i + 1] }
            conditional {
              if ($current > $next) {
                var.update $numbers[$i] { value = $next }
                var.update $numbers[$i + 1] { value = $current }
              }
            }
            math.add $i { value = 1 }
          }
        }
        math.sub $last { value = 1 }
      }
    }
    var $middle { value = ($input.size / 2)|floor }
  }
  response = [$numbers|first, $numbers[$middle], $numbers|last]
}

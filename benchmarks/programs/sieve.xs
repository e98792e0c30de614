// Sieve of Eratosthenes: how many primes there are up to a size.
function sieve {
  input {
    int size
  }
  stack {
    var $prime { value = [] }
    for ($input.size + 1) {
      each as $number {
        array.push $prime { value = true }
      }
    }
    var $candidate { value = 2 }
    while ($candidate * $candidate <= $input.size) {
      each {
        conditional {
          if ($prime[$candidate]) {
            var $multiple { value = $candidate * $candidate }
            while ($multiple <= $input.size) {
              each {
                var.update $prime[$multiple] { value = false }
                math.add $multiple { value = $candidate }
              }
            }
          }
        }
        math.add $candidate { value = 1 }
      }
    }
    var $count { value = 0 }
    for ($input.size + 1) {
      each as $number {
        conditional {
          if ($number >= 2 && $prime[$number]) {
            math.add $count { value = 1 }
          }
        }
      }
    }
  }
  response = $count
}

// Fibonacci numbers by plain recursion: one call of a function after another.
function fib {
  input {
    int size
  }
  stack {
    conditional {
      if ($input.size < 2) {
        return { value = $input.size }
      }
    }
    function.run fib {
      input = {size: $input.size - 1}
    } as $one
    function.run fib {
      input = {size: $input.size - 2}
    } as $other
  }
  response = $one + $other
}

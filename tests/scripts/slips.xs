//=== a default that is never taken
var $name { value = null }
debug.log { value = "Dear " ~ $name ?? "friend" }  //! precedence: write "Dear " ~ ($name ?? "friend")
debug.log { value = "Dear " ~ ($name ?? "friend") }
conditional {
  if ($name == 1 ?? 2) { debug.log { value = 1 } }
}
//=== a default that takes in more
var $n { value = null }
debug.log { value = $n ?? 0 + 1 }  //! precedence: write ($n ?? 0) + 1, or ?? (0 + 1)
debug.log { value = ($n ?? 0) + 1 }
debug.log { value = $n ?? (0 + 1) }
debug.log { value = $n ?? $n ?? 3 }
//=== a sign that binds tighter
var $n { value = 1 }
debug.log { value = !$n == 1 }  //! precedence: write !($n == 1)
debug.log { value = !($n == 1) }
debug.log { value = !$n == false }
//=== a text as the condition
var $n { value = 1 }
debug.log { value = "it is " ~ $n == 1 ? "one" : "many" }  //! precedence: write "it is " ~ ($n == 1 ? "one" : "many")
debug.log { value = "it is " ~ ($n == 1 ? "one" : "many") }
debug.log { value = $n % 2 ? "odd" : "even" }
//=== where the answer of a request stands
api.request { url = "http://x.test" method = "GET" } as $answer
debug.log { value = $answer.response.body.id ?? 0 }  //! missing-path: write $answer.response.result
debug.log { value = $answer.status ?? 0 }  //! missing-path: write $answer.response.status
debug.log { value = $answer.response.result.body ?? 0 }
debug.log { value = $answer.response.status }
var $other { value = {body: 1} }
debug.log { value = $other.body }
//=== code in quotes
debug.log { value = [{a: 1}]|map:"$$.a" }  //! quoted-expression: write |map:$$.name, without quotes
debug.log { value = [{a: 1}]|map:$$.a }
debug.log { value = [{a: 1}]|get:"a" }
//=== inputs that may be left out
function.run "sums" { input = {a: 1, b: 2, d: 3} } as $sum
debug.log { value = $sum }

---
function sums {
  input {
    int a?
    int b?
    int c?=1
    int d
  }
  stack {
    var $x { value = $input.a + $input.b }  //! omitted-input: `$input.a` is null when it is left out
    conditional {
      if ($input.b != null) { var $x { value = $input.b * 2 } }
    }
  }
  response = $x + $input.c + ($input.d ?? 0)
}

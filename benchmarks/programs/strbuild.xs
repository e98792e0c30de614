// Builds a text piece by piece: every number with a word that depends on it.
function strbuild {
  input {
    int size
  }
  stack {
    var $text { value = "" }
    for ($input.size) {
      each as $number {
        conditional {
          if ($number % 15 == 0) {
            var.update $text { value = $text ~ "fizzbuzz " ~ $number ~ "," }
          }
          elseif ($number % 3 == 0) {
            var.update $text { value = $text ~ "fizz " ~ $number ~ "," }
          }
          elseif ($number % 5 == 0) {
            var.update $text { value = $text ~ "buzz " ~ $number ~ "," }
          }
          else {
            var.update $text { value = $text ~ $number ~ "," }
          }
        }
      }
    }
  }
  response = $text
}

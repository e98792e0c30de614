// Counts the words of a text: how many there are, how many differ, and which is most frequent.
function wordfreq {
  input {
    int size
  }
  stack {
    var $parts { value = [] }
    var $seed { value = 1 }
    for ($input.size) {
      each as $at {
        var.update $seed { value = ($seed * 1103515245 + 12345) % 2147483648 }
        array.push $parts { value = "Word" ~ ($seed % 997) }
      }
    }
    var $text { value = $parts|join:" " }
    var $words { value = $text|to_lower|split:" " }
    var $counts { value = {} }
    foreach ($words) {
      each as $word {
        conditional {
          if ($counts|has:$word) {
            var.update $counts[$word] { value = $counts[$word] + 1 }
          }
          else {
            var.update $counts { value = $counts|set:$word:1 }
          }
        }
      }
    }
    var $most { value = "" }
    var $highest { value = 0 }
    foreach ($counts|keys) {
      each as $word {
        conditional {
          if ($counts[$word] > $highest) {
            var.update $most { value = $word }
            var.update $highest { value = $counts[$word] }
          }
        }
      }
    }
  }
  response = {words: $words|count, different: $counts|keys|count, most: $most, highest: $highest}
}

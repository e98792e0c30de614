// A job that sends nothing.
function idle {
  input {
    text title
  }
  stack {
    var $words { value = $input.title|to_lower|split:" " }
  }
  response = {words: $words, count: $words|count}
}

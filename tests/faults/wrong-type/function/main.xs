function main {
  input {
  }
  stack {
    var $item { value = {id: 7, tags: "red,blue"} }
    var $n { value = ($item.tags|count) + 1 }
  }
  response = $n
}

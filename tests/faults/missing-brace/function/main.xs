function main {
  input {
  }
  stack {
    var $total { value = 0 }
    foreach ([1, 2, 3]) {
      each as $n {
        math.add $total { value = $n }

    }
  }
  response = $total
}

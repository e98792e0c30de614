function share {
  input {
    int whole
    int part
  }
  stack {
    var $result { value = $input.whole / $input.part }
  }
  response = $result
}

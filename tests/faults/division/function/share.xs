function share {
  input {
    int whole
    int part
  }
  stack {
    var $each_share { value = $input.whole / $input.part }
  }
  response = $each_share
}

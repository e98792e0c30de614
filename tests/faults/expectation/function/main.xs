function main {
  input {
  }
  stack {
    var $list { value = [1, 2] }
    expect.to_equal ($list) { value = [1, 3] }
  }
  response = null
}

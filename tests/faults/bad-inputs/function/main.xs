function main {
  input {
    integer a
    int
    int b="x"
    text[5] c
    int b
  }
  stack {

  }
  response = null
}

function main {
  input {
    string name
    int count
  }
  stak {
  }
  debug.log { value = 1 }
  response { value = 1 }
}

function main {
  input {
  }
  stack {
    break
    elseif (true) { }
    foreach ([1]) {
      debug.log { value = 1 }
    }
    try_catch {
      debug.log { value = 1 }
    }
    throw { name = "n" }
    return
  }
  response = null
}

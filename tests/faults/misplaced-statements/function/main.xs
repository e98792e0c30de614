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
    return
    throw { name = "n" }
  }
  response = null
}

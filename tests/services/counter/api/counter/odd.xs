query "odd/{what}" verb=GET {
  api_group = "counter"
  input {
    text what
  }
  stack {
    switch ($input.what) {
      case ("created") {
        util.set_header { value = "HTTP/1.1 201 Created" }
      } break
      case ("nothing") {
        util.set_header { value = "HTTP/1.1 204 No Content" }
      } break
      case ("unchanged") {
        util.set_header { value = "HTTP/1.1 304 Not Modified" }
      } break
      case ("twice") {
        util.set_header { value = "X-Part: one" }
        util.set_header {
          value = "X-Part: two"
          duplicates = "append"
        }
      } break
      case ("split") {
        util.set_header { value = "X-Part: one\r\nX-Evil: two" }
      } break
      case ("thrown") {
        throw {
          name = "Oops"
          value = {a: 1}
        }
      } break
      case ("stopped") {
        debug.stop { value = "stopped" }
      } break
      case ("loop") {
        while (true) {
          each {
          }
        }
      } break
      case ("stream") {
        api.stream { value = 1 }
      } break
    }
  }
  response = $input.what
}

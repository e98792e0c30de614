function notify {
  input {
    text title
    int tries?=1
    text host?="alerts.example.com"
    bool stuck?
  }
  stack {
    conditional {
      if ($input.stuck) {
        while (true) {
          each {
            util.sleep { value = 60 }
          }
        }
      }
    }
    var $ids { value = [] }
    for ($input.tries) {
      each as $n {
        try_catch {
          try {
            function.run post {
              input = {host: $input.host, title: $input.title}
            } as $id
            array.push $ids { value = $id }
          }
          catch {
            debug.log { value = "try " ~ $n ~ ": " ~ $error.message }
          }
        }
      }
    }
    conditional {
      if ($ids == []) {
        throw { name = "NotSent", value = "nobody took " ~ $input.title }
      }
    }
  }
  response = {ids: $ids, at: now, key: $env.api_key}
}

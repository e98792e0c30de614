// Some POSTs of a small JSON document, one after the other.
function posts {
  input {
    text url
    int times?=3
  }
  stack {
    for ($input.times) {
      each as $turn {
        api.request {
          url = $input.url
          method = "POST"
          params = {title: "Database is down", number: $turn}
          headers = ["Content-Type: application/json"]
          timeout = 10
        } as $answer
      }
    }
  }
  response = {posts: $input.times}
}

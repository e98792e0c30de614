run.job "Post" {
  main = {
    name: "post"
    input: {url: "http://127.0.0.1:8080/0"}
  }
}

run.job "Posts" {
  main = {
    name: "posts"
    input: {url: "http://127.0.0.1:8080/0"}
  }
}

// Says how often it was asked, and by whom, for a minute.
query kept verb=GET {
  api_group = "counter"
  input {
    text header?="x-who"
  }
  stack {
    redis.incr {
      key = "kept"
      by = 1
    } as $times
  }
  response = {
    times: $times
    who: $env.$http_headers["x-who"]
    member: $env.$http_headers.x-WHO
    got: $env.$http_headers|get:"X-Who"
    has: $env.$http_headers|has:"x-who"
    named: $env.$http_headers[$input.header]
  }
  cache = {ttl: 60, headers: ["x-who"]}
}

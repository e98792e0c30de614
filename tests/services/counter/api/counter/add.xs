query "add/{by}" verb=POST {
  api_group = "counter"
  input {
    int by filters=min:1
    text[] tag?
    json note?
  }
  stack {
    redis.incr {
      key = "count"
      by = $input.by
    } as $count
    util.set_header { value = "X-Count: " ~ $count }
  }
  response = {
    count: $count
    tag: $input.tag
    note: $input.note
    greeting: $env.greeting
    ua: $env.$http_headers|get:"User-Agent"
  }
}

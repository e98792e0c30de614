// Seconds to wait before a request is sent again, 0 when its answer is final.
function retry_wait {
  input {
    json response
    int attempt {
      description = "Number of the attempt that was answered, from 0"
    }
    int crowded?=5 {
      description = "Seconds after a 429 that does not say how long"
    }
  }
  stack {
    var $status {
      value = $input.response.status
    }
    conditional {
      if ($status != 0 && $status != 408 && $status != 429 && $status < 500) {
        return {
          value = 0
        }
      }
    }
    // ratelimit-reset stands on every answer and means something only with a 429.
    var $pattern {
      value = ($status == 429) ? "/^(retry-after|ratelimit-reset):/i" : "/^retry-after:/i"
    }
    var $line {
      value = $input.response.headers|find:($pattern|regex_matches:$$)
    }
    var $told {
      value = $line|split:":"|get:1|to_int
    }
    var $own {
      value = ($status == 429) ? $input.crowded : ($input.attempt + 1)
    }
  }
  response = ($told > 0) ? ($told|min:60) : $own
}

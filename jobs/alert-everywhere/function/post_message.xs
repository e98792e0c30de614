// Posts one message as a bot, to a channel or into a thread of it. Slack knows no key against doubles, so the message
// carries one in its metadata and is looked for before each attempt.
function post_message {
  description = "Post a message to a Slack channel as a bot; the same message is not posted twice"
  input {
    text channel filters=trim|min:1 {
      description = "Id of the channel, e.g. C0123456789"
    }
    text text filters=trim|min:1|max:4000 {
      description = "What to say; shown as it is"
    }
    text thread_ts? filters=trim {
      description = "The ts of a message to answer in its thread"
    }
    text key? filters=trim {
      description = "Name of the message; derived from channel, thread and text when not given"
    }
    int within?=60 filters=min:1 {
      description = "Minutes in which a message of the same key is the same message"
    }
  }
  stack {
    // Slack reads <!channel> and its like as commands. What comes from elsewhere must not wake a whole channel.
    var $text {
      value = $input.text|replace:"&":"&amp;"|replace:"<":"&lt;"|replace:">":"&gt;"
    }
    var $content {
      value = $input.channel ~ "\n" ~ $input.thread_ts ~ "\n" ~ $input.text
    }
    var $key {
      value = ($input.key != "") ? $input.key : ("xs-" ~ ($content|sha256))
    }
    var $message {
      value = {
        channel: $input.channel
        text: $text
        metadata: {event_type: "xsrun_message", event_payload: {key: $key}}
      }
    }
    var.update $message {
      value = $message|set_ifnotempty:"thread_ts":$input.thread_ts
    }
    var $since {
      value = ((now|to_int) / 1000)|floor
    }
    var.update $since {
      value = $since - $input.within * 60
    }
    for (3) {
      each as $attempt {
        function.run find_message {
          input = {
            channel: $input.channel
            thread_ts: $input.thread_ts
            key: $key
            since: $since
          }
          mock = {
            "a message is posted": {readable: true, message: null}
            "nobody is called": {readable: true, message: null}
            "an answer in a thread": {readable: true, message: null}
            "a key that was given": {readable: true, message: null}
            "a message that is there": {readable: true, message: {channel: "C1", ts: "7"}}
            "looked for in the last hour": {readable: true, message: {channel: "C1", ts: $since}}
            "looked for as long as told": {readable: true, message: {channel: "C1", ts: $since}}
            "an attempt that was not answered": {
              readable: true
              message: ($attempt == 1) ? {channel: "C1", ts: "8"} : null
            }
            "an attempt whose answer cannot be read": {
              readable: true
              message: ($attempt == 1) ? {channel: "C1", ts: "8"} : null
            }
            "a request that timed out": {
              readable: true
              message: ($attempt == 1) ? {channel: "C1", ts: "8"} : null
            }
            "a server in trouble": {
              readable: true
              message: ($attempt == 1) ? {channel: "C1", ts: "8"} : null
            }
            "an unknown refusal is final": {
              readable: true
              message: ($attempt == 1) ? {channel: "C1", ts: "8"} : null
            }
            "too many messages are final": {
              readable: true
              message: ($attempt == 1) ? {channel: "C1", ts: "8"} : null
            }
            "no connection is final": {
              readable: true
              message: ($attempt == 1) ? {channel: "C1", ts: "8"} : null
            }
            "no host is final": {
              readable: true
              message: ($attempt == 1) ? {channel: "C1", ts: "8"} : null
            }
            "no attempt was answered": {readable: true, message: null}
            "waits longer each time": {readable: true, message: null}
            "not sent again where nobody can look": {readable: false, message: null}
            "posted where nobody can look": {readable: false, message: null}
            "a refusal comes with status 200": {readable: true, message: null}
            "an error in place of an answer": {readable: true, message: null}
          }
        } as $looked
        conditional {
          if ($looked.message !== null) {
            debug.log {
              value = "Nothing is posted: the channel has this message"
            }
            return {
              value = $looked.message
            }
          }
          elseif (!$looked.readable) {
            debug.log {
              value = "Whether the message is there cannot be looked up: the bot lacks the scope channels:history"
            }
          }
        }
        function.run slack_request {
          input = {method: "POST", call: "chat.postMessage", body: $message}
          mock = {
            "a message is posted": {
              status: 200
              headers: []
              result: {ok: true, channel: "C1", ts: "1767225600.000100", message: {}}
            }
            "nobody is called": {
              status: 200
              headers: []
              result: {ok: true, channel: $message, ts: "1"}
            }
            "an answer in a thread": {
              status: 200
              headers: []
              result: {ok: true, channel: $message, ts: "2"}
            }
            "a key that was given": {
              status: 200
              headers: []
              result: {ok: true, channel: $message, ts: "2"}
            }
            "posted where nobody can look": {
              status: 200
              headers: []
              result: {ok: true, channel: "C1", ts: "3"}
            }
            "an attempt that was not answered": {
              status: 0
              headers: []
              result: null
              error: {code: 28, message: "Operation timed out"}
            }
            "an attempt whose answer cannot be read": {status: 200, headers: [], result: "<html>"}
            "a request that timed out": {status: 408, headers: [], result: ""}
            "a server in trouble": {status: 500, headers: [], result: ""}
            "an unknown refusal is final": {status: 499, headers: [], result: ""}
            "too many messages are final": {status: 429, headers: [], result: ""}
            "no connection is final": {
              status: 0
              headers: []
              result: null
              error: {code: 7, message: "Connection refused"}
            }
            "no host is final": {
              status: 0
              headers: []
              result: null
              error: {code: 6, message: "Host not found"}
            }
            "no attempt was answered": {
              status: 503
              headers: []
              result: "attempt " ~ $attempt
            }
            "waits longer each time": {
              status: 200
              headers: []
              result: {ok: ($attempt == 2) ? true : null, channel: "C1", ts: now}
            }
            "not sent again where nobody can look": {
              status: 0
              headers: []
              result: "attempt " ~ $attempt
              error: {code: 28, message: "Operation timed out, attempt " ~ $attempt}
            }
            "a refusal comes with status 200": {
              status: 200
              headers: []
              result: {ok: false, error: "channel_not_found", channel: $attempt}
            }
            "an error in place of an answer": {
              status: 404
              headers: []
              result: {ok: true, channel: "C1", ts: "1"}
            }
          }
        } as $answer
        var $status {
          value = $answer.status
        }
        var $code {
          value = $answer|get:"error.code"
        }
        // 6 and 7: host not found, connection refused. What Slack surely did not take was sent again already.
        var $unanswered {
          value = $status == 0 && $code != 6 && $code != 7
        }
        var $unreadable {
          value = $status == 200 && !($answer|get:"result.ok"|is_bool)
        }
        var $unclear {
          value = $unanswered || $unreadable || $status == 408 || $status >= 500
        }
        conditional {
          if (!$unclear || !$looked.readable || $attempt == 2) {
            break
          }
        }
        util.sleep {
          value = $attempt + 1
        }
      }
    }
    conditional {
      if ($answer.status != 200 || ($answer|get:"result.ok") !== true) {
        function.run slack_failure {
          input = {
            response: $answer
            task: "post the message"
            unreadable: !$looked.readable
          }
        } as $problem
        throw {
          name = "SlackError"
          value = $problem
        }
      }
    }
  }
  response = $answer.result|pick:["channel", "ts"]
  test "a message is posted" {
    input = {channel: "C1", text: " Disk full on db-1 "}
    expect.to_equal ($response) { value = {channel: "C1", ts: "1767225600.000100"} }
  }
  test "nobody is called" {
    input = {channel: " C1 ", text: "<!channel> a & b"}
    expect.to_equal ($response.channel) {
      value = {
        channel: "C1"
        text: "&lt;!channel&gt; a &amp; b"
        metadata: {
          event_type: "xsrun_message"
          event_payload: {
            key: "xs-db300bdd6a233fe0cb6c111dd4244c5bb1f38f1760caf29538650f4559ccb4b1"
          }
        }
      }
    }
  }
  test "an answer in a thread" {
    input = {channel: "C1", text: "Still full", thread_ts: " 1767225600.000100 "}
    expect.to_equal ($response.channel.thread_ts) { value = "1767225600.000100" }
    expect.to_equal ($response.channel.metadata.event_payload.key) {
      value = "xs-c13f82ab458f03e9cf7e7b841bde9fc99787462de7471d73bf1ff5eda8568b6e"
    }
  }
  test "a key that was given" {
    input = {channel: "C1", text: "Still full", key: " disk-db-1 "}
    expect.to_equal ($response.channel.metadata.event_payload.key) { value = "disk-db-1" }
  }
  test "a message that is there" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_equal ($response) { value = {channel: "C1", ts: "7"} }
  }
  test "looked for in the last hour" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_equal ($response.ts) { value = 1767222000 }
  }
  test "looked for as long as told" {
    input = {channel: "C1", text: "Disk full", within: 1}
    expect.to_equal ($response.ts) { value = 1767225540 }
  }
  test "an attempt that was not answered" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_equal ($response) { value = {channel: "C1", ts: "8"} }
  }
  test "an attempt whose answer cannot be read" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_equal ($response) { value = {channel: "C1", ts: "8"} }
  }
  test "a request that timed out" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_equal ($response) { value = {channel: "C1", ts: "8"} }
  }
  test "a server in trouble" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_equal ($response) { value = {channel: "C1", ts: "8"} }
  }
  test "an unknown refusal is final" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw { value = "status 499" }
  }
  test "too many messages are final" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw { value = "status 429" }
  }
  test "no connection is final" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw { value = "Connection refused. Nothing was sent" }
  }
  test "no host is final" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw { value = "Host not found. Nothing was sent" }
  }
  test "no attempt was answered" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw {
      value = "status 503, not the expected answer: \"attempt 2\". Whether it was posted is unknown"
    }
  }
  test "waits longer each time" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_equal ($response.ts) { value = 1767225603000 }
  }
  test "posted where nobody can look" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_equal ($response.ts) { value = "3" }
  }
  test "not sent again where nobody can look" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw {
      value = "Operation timed out, attempt 0. It may have been posted: look into the channel"
    }
  }
  test "a refusal comes with status 200" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw { value = "Cannot post the message: status 200, channel_not_found" }
    expect.to_throw { value = "SlackError" }
  }
  test "an error in place of an answer" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw { value = "status 404" }
  }
  test "a channel is needed" {
    input = {text: "Disk full"}
    expect.to_throw { value = "Missing param: channel" }
  }
  test "a channel has a name" {
    input = {channel: " ", text: "Disk full"}
    expect.to_throw { value = "Minimum length" }
  }
  test "a text is needed" {
    input = {channel: "C1"}
    expect.to_throw { value = "Missing param: text" }
  }
  test "a message says something" {
    input = {channel: "C1", text: " "}
    expect.to_throw { value = "Minimum length" }
  }
  test "a text has an end" {
    input = {channel: "C1", text: (1..1100)|join:"000"}
    expect.to_throw { value = "Maximum length" }
  }
  test "a time has a length" {
    input = {channel: "C1", text: "Disk full", within: 0}
    expect.to_throw { value = "minimum value" }
  }
}

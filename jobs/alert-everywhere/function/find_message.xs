// Looks for the message that carries a key among what a channel, or a thread of it, was sent since a time. Gives back
// {readable, message}: message is {channel, ts}, or null when it is not there; readable is false where the bot may not look.
function find_message {
  input {
    text channel
    text thread_ts?
    text key
    int since {
      description = "Seconds since 1970"
    }
  }
  stack {
    var $query {
      value = "?channel=" ~ ($input.channel|url_encode_rfc3986) ~ "&oldest=" ~ $input.since ~ "&limit=200&include_all_metadata=true"
    }
    // What was answered in a thread is not in the history of its channel.
    var $call {
      value = "conversations.history" ~ $query
    }
    conditional {
      if ($input.thread_ts != "") {
        var.update $call {
          value = "conversations.replies" ~ $query ~ "&ts=" ~ ($input.thread_ts|url_encode_rfc3986)
        }
      }
    }
    var $cursor {
      value = ""
    }
    // 2,000 messages are looked at.
    for (10) {
      each as $page {
        function.run slack_request {
          input = {method: "GET", call: $call ~ "&cursor=" ~ ($cursor|url_encode_rfc3986)}
          mock = {
            "the message is there": {
              status: 200
              result: {
                ok: true
                messages: [
                  {ts: "3", text: "Something else"}
                  {ts: "2", metadata: {event_payload: {key: "xs-1"}}}
                ]
              }
            }
            "the message is not there": {
              status: 200
              result: {ok: true, messages: [{ts: "2", metadata: {event_payload: {key: "xs-2"}}}]}
            }
            "looked for in the channel": {
              status: 200
              result: {
                ok: true
                messages: [
                  {ts: $call, metadata: {event_payload: {key: "xs-1"}}}
                ]
              }
            }
            "looked for in the thread": {
              status: 200
              result: {
                ok: true
                messages: [
                  {ts: $call, metadata: {event_payload: {key: "xs-1"}}}
                ]
              }
            }
            "page after page": {
              status: 200
              result: {
                ok: true
                messages: [
                  {
                    ts: $cursor
                    metadata: {
                      event_payload: {key: ($page == 2) ? "xs-1" : "xs-2"}
                    }
                  }
                ]
                response_metadata: {next_cursor: "p" ~ $page}
              }
            }
            "pages without end": {
              status: 200
              result: {
                ok: true
                messages: ($page == 10) ? [{ts: "1", metadata: {event_payload: {key: "xs-1"}}}] : []
                response_metadata: {next_cursor: "p"}
              }
            }
            "the last of the pages": {
              status: 200
              result: {
                ok: true
                messages: ($page == 9) ? [{ts: "1", metadata: {event_payload: {key: "xs-1"}}}] : []
                response_metadata: {next_cursor: "p"}
              }
            }
            "a bot that may not look": {
              status: 200
              result: {ok: false, error: "missing_scope", needed: "channels:history"}
            }
            "a channel that nobody knows": {
              status: 200
              result: {ok: false, error: "channel_not_found"}
            }
            "a server in trouble": {status: 503, result: {ok: true, messages: []}}
            "an answer without messages": {status: 200, result: {ok: true}}
          }
        } as $answer
        conditional {
          if (($answer|get:"result.error") == "missing_scope") {
            return {
              value = {readable: false, message: null}
            }
          }
        }
        var $messages {
          value = $answer|get:"result.messages"
        }
        conditional {
          if ($answer.status != 200 || ($answer|get:"result.ok") !== true || !($messages|is_array)) {
            function.run slack_failure {
              input = {response: $answer, task: "look for the message"}
            } as $problem
            throw {
              name = "SlackError"
              value = $problem
            }
          }
        }
        var $found {
          value = $messages|find:($$|get:"metadata.event_payload.key") == $input.key
        }
        conditional {
          if ($found != null) {
            return {
              value = {readable: true, message: {channel: $input.channel, ts: $found|get:"ts"}}
            }
          }
        }
        var.update $cursor {
          value = $answer|get:"result.response_metadata.next_cursor":""
        }
        conditional {
          if ($cursor == "") {
            break
          }
        }
      }
    }
  }
  response = {readable: true, message: null}
  test "the message is there" {
    input = {channel: "C1", key: "xs-1", since: 1767222000}
    expect.to_equal ($response) { value = {readable: true, message: {channel: "C1", ts: "2"}} }
  }
  test "the message is not there" {
    input = {channel: "C1", key: "xs-1", since: 1767222000}
    expect.to_equal ($response) { value = {readable: true, message: null} }
  }
  test "looked for in the channel" {
    input = {channel: "C&1", key: "xs-1", since: 1767222000}
    expect.to_equal ($response.message.ts) {
      value = "conversations.history?channel=C%261&oldest=1767222000&limit=200&include_all_metadata=true"
    }
  }
  test "looked for in the thread" {
    input = {channel: "C1", thread_ts: "17.1 ", key: "xs-1", since: 1767222000}
    expect.to_equal ($response.message.ts) {
      value = "conversations.replies?channel=C1&oldest=1767222000&limit=200&include_all_metadata=true&ts=17.1%20"
    }
  }
  test "page after page" {
    input = {channel: "C1", key: "xs-1", since: 1767222000}
    expect.to_equal ($response.message.ts) { value = "p1" }
  }
  test "the last of the pages" {
    input = {channel: "C1", key: "xs-1", since: 1767222000}
    expect.to_equal ($response.message.ts) { value = "1" }
  }
  test "pages without end" {
    input = {channel: "C1", key: "xs-1", since: 1767222000}
    expect.to_be_null ($response.message)
  }
  test "a bot that may not look" {
    input = {channel: "C1", key: "xs-1", since: 1767222000}
    expect.to_equal ($response) { value = {readable: false, message: null} }
  }
  test "a channel that nobody knows" {
    input = {channel: "C1", key: "xs-1", since: 1767222000}
    expect.to_throw { value = "Cannot look for the message: status 200, channel_not_found" }
    expect.to_throw { value = "SlackError" }
  }
  test "a server in trouble" {
    input = {channel: "C1", key: "xs-1", since: 1767222000}
    expect.to_throw { value = "Cannot look for the message: status 503" }
  }
  test "an answer without messages" {
    input = {channel: "C1", key: "xs-1", since: 1767222000}
    expect.to_throw { value = "not the expected answer" }
  }
}

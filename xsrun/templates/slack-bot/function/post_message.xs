// Posts one message as a bot, to a channel or into a thread of it.
function post_message {
  description = "Post a message to a Slack channel as a bot"
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
  }
  stack {
    // Slack reads <!channel> and its like as commands. What comes from elsewhere must not wake a whole channel.
    var $text {
      value = $input.text|replace:"&":"&amp;"|replace:"<":"&lt;"|replace:">":"&gt;"
    }
    var $message {
      value = {channel: $input.channel, text: $text}|set_ifnotempty:"thread_ts":$input.thread_ts
    }
    function.run slack_request {
      input = {message: $message}
      mock = {
        "a message is posted": {
          status: 200
          headers: []
          result: {ok: true, channel: "C1", ts: "1767225600.000100"}
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
        "a refusal comes with status 200": {
          status: 200
          headers: []
          result: {ok: false, error: "channel_not_found"}
        }
        "a success that is none": {status: 200, headers: [], result: "<html>"}
        "no answer": {
          status: 0
          headers: []
          result: null
          error: {code: 28, message: "Operation timed out"}
        }
      }
    } as $answer
    conditional {
      if ($answer.status != 200 || ($answer|get:"result.ok") !== true) {
        function.run slack_failure {
          input = {response: $answer}
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
    input = {channel: "C1", text: "<!channel> a & b"}
    expect.to_equal ($response.channel) {
      value = {channel: "C1", text: "&lt;!channel&gt; a &amp; b"}
    }
  }
  test "an answer in a thread" {
    input = {channel: "C1", text: "Still full", thread_ts: "1767225600.000100"}
    expect.to_equal ($response.channel.thread_ts) { value = "1767225600.000100" }
  }
  test "a refusal comes with status 200" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw { value = "status 200, channel_not_found" }
  }
  test "a success that is none" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw { value = "status 200, <html>" }
  }
  test "no answer" {
    input = {channel: "C1", text: "Disk full"}
    expect.to_throw { value = "status 0, no answer, Operation timed out" }
  }
  test "a channel is needed" {
    input = {text: "Disk full"}
    expect.to_throw { value = "Missing param: channel" }
  }
  test "a text is needed" {
    input = {channel: "C1"}
    expect.to_throw { value = "Missing param: text" }
  }
}

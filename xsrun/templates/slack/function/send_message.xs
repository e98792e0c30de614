// Sends one message to the channel of an incoming webhook.
function send_message {
  description = "Send a message to a Slack channel"
  input {
    text text filters=trim|min:1|max:3000 {
      description = "What to say; shown as it is"
    }
  }
  stack {
    // Slack reads <!channel> and its like as commands. What comes from elsewhere must not wake a whole channel.
    var $text {
      value = $input.text|replace:"&":"&amp;"|replace:"<":"&lt;"|replace:">":"&gt;"
    }
    function.run slack_request {
      input = {message: {text: $text}}
      mock = {
        "a message is sent": {status: 200, headers: [], result: "ok"}
        "nobody is called": {status: 200, headers: [], result: "ok"}
        "a refusal has the words of Slack": {status: 404, headers: [], result: "channel_not_found"}
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
      if ($answer.status != 200 || $answer.result !== "ok") {
        function.run slack_failure {
          input = {response: $answer}
        } as $message
        throw {
          name = "SlackError"
          value = $message
        }
      }
    }
  }
  response = {sent: true, text: $text}
  test "a message is sent" {
    input = {text: " Disk full on db-1 "}
    expect.to_equal ($response) { value = {sent: true, text: "Disk full on db-1"} }
  }
  test "nobody is called" {
    input = {text: "<!channel> a & b"}
    expect.to_equal ($response.text) { value = "&lt;!channel&gt; a &amp; b" }
  }
  test "a refusal has the words of Slack" {
    input = {text: "Disk full"}
    expect.to_throw { value = "status 404, channel_not_found" }
  }
  test "a success that is none" {
    input = {text: "Disk full"}
    expect.to_throw { value = "status 200, <html>" }
  }
  test "no answer" {
    input = {text: "Disk full"}
    expect.to_throw { value = "status 0, no answer, Operation timed out" }
  }
  test "a text is needed" {
    expect.to_throw { value = "Missing param: text" }
  }
  test "an empty text is none" {
    input = {text: " "}
    expect.to_throw
  }
}

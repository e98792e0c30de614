function breaks {
  input {
    int by
    text how?
  }
  stack {
    conditional {
      if ($input.how == "upload") {
        try_catch {
          try {
            cloud.aws.s3.upload_file {
              bucket = "b"
            } as $file
          }
          catch {
            var $file {
              value = "kept here"
            }
          }
        }
      }
      elseif ($input.how == "stop") {
        debug.stop {
          value = "stopped"
        }
      }
    }
    function.run share {
      input = {of: 10, by: $input.by}
    } as $share
  }
  response = $share
  test "an error that nobody expects" {
    input = {by: 0}
    expect.to_equal ($response) { value = 1 }
  }
  test "an input that does not fit" {
    input = {by: "many"}
  }
  test "a statement that does not run here is mocked or nothing" {
    input = {by: 1, how: "upload"}
    expect.to_equal ($response) { value = 10 }
  }
  test "a run that is stopped has the value it stops with" {
    input = {by: 1, how: "stop"}
    expect.to_equal ($response) { value = "stopped" }
  }
  test "tests do not see each other" {
    input = {by: 4}
    expect.to_be_within ($response) {
      min = 2
      max = 3
    }
  }
}

---
function share {
  input {
    int of
    int by
  }
  stack {
  }
  response = $input.of / $input.by
}

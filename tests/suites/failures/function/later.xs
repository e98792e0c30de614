function later {
  input {
  }
  stack {
    util.post_process {
      stack {
        api.request {
          url = "https://api.example.com/done"
          mock = {"what is left for later is mocked too": null, "what runs beside is not mocked": null}
        }
      }
    }
    function.run beside {
      async = true
    } as $job
  }
  response = "done"
  test "what is left for later is not mocked" {
    expect.to_equal ($response) { value = "done" }
  }
  test "what is left for later is mocked too" {
    expect.to_equal ($response) { value = "done" }
  }
  test "what runs beside is not mocked" {
    expect.to_equal ($response) { value = "done" }
  }
}

---
function beside {
  input {
  }
  stack {
    try_catch {
      try {
        api.request {
          url = "https://api.example.com/beside"
          mock = {
            "what is left for later is not mocked": null
            "what is left for later is mocked too": null
          }
        }
      }
      catch {
      }
    }
  }
  response = true
}

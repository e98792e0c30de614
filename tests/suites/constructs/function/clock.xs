function "sub folder/clock" {
  input {
  }
  stack {
    util.sleep {
      value = 90
    }
    security.random_number {
      min = 1
      max = 1000000
    } as $n
    function.run wait_for_a_day {
      runtime_mode = "async-shared"
    } as $job
    await {
      ids = [$job]
    } as $waited
  }
  response = now
  test "starts anew for every test" {
    expect.to_equal ($response) { value = 1767312090000 }
  }
  test "and again" {
    datasource = ""
    description = "The clock shows the same as in the test before."
    expect.to_equal ($response) { value = 1767312090000 }
  }
}

---
function wait_for_a_day {
  input {
  }
  stack {
    util.sleep {
      value = 86400
    }
  }
  response = true
}

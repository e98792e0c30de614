function echo {
  input {
    json value?
  }
  stack {
  }
  response = $input.value
  test "every assertion holds" {
    input = {
      value: {
        n: 2
        text: "abc-12"
        list: [1, {a: 2}]
        yes: true
        no: false
        nothing: null
        empty: {}
        zero: 0
      }
    }
    expect.to_equal ($response.n) { value = 2.0 }
    expect.to_equal ($response.list) { value = [1, {a: 2}] }
    expect.to_equal ($response.list.1.a) { value = 2 }
    expect.to_equal ($response.list[0]) { value = 1 }
    expect.to_not_equal ($response.n) { value = "2" }
    expect.to_be_true ($response.yes)
    expect.to_be_false ($response.no)
    expect.to_be_null ($response.nothing)
    expect.to_be_null ($response.missing)
    expect.to_not_be_null ($response.zero)
    expect.to_be_defined ($response.nothing)
    expect.to_not_be_defined ($response.missing.below)
    expect.to_be_empty ($response.empty)
    expect.to_be_empty ($response.missing)
    expect.to_be_greater_than ($response.n) { value = 1 }
    expect.to_be_less_than ($response.n) { value = 3 }
    expect.to_be_within ($response.n) {
      min = 2
      max = 3
    }
    expect.to_contain ($response.list) { value = {a: 2} }
    expect.to_contain ($response.text) { value = "c-1" }
    expect.to_contain ($response) { value = "empty" }
    expect.to_start_with ($response.text) { value = "abc" }
    expect.to_end_with ($response.text) { value = "-12" }
    expect.to_match ($response.text) { value = "/^[A-Z]+-/i" }
  }
  test "times" {
    input = {value: "2025-12-31"}
    expect.to_be_in_the_past ($response)
  }
  test "times to come" {
    input = {value: (now|add_secs_to_timestamp:60)}
    expect.to_be_in_the_future ($response)
  }
  test "every assertion fails" {
    input = {value: {n: 2, text: "abc", list: [], now: 1767225600000}}
    expect.to_equal ($response.n) { value = "2" }
    expect.to_equal ($response.missing) { value = null }
    expect.to_not_equal ($response.list) { value = [] }
    expect.to_be_true ($response.n)
    expect.to_be_false ($response.list)
    expect.to_be_null ($response.n)
    expect.to_not_be_null ($response.missing)
    expect.to_be_defined ($response.missing)
    expect.to_not_be_defined ($response.n)
    expect.to_be_empty ($response.text)
    expect.to_be_greater_than ($response.n) { value = 2 }
    expect.to_be_less_than ($response.n) { value = "abc" }
    expect.to_be_within ($response.n) {
      min = 3
      max = 4
    }
    expect.to_contain ($response.list) { value = 1 }
    expect.to_start_with ($response.text) { value = "B" }
    expect.to_end_with ($response.text) { value = "b" }
    expect.to_match ($response.text) { value = "^b" }
    expect.to_be_in_the_past ($response.now)
    expect.to_be_in_the_future ($response.text)
    expect.to_throw
  }
  test "the whole response is null" {
    expect.to_be_null ($response)
    expect.to_be_defined ($response)
  }
  test "a test without assertions" {
  }
}

---
function fails {
  input {
    text name filters=min:2
    text how?
  }
  stack {
    precondition ($input.how != "precondition") {
      error_type = "accessdenied"
      error = "No entry for " ~ $input.name
    }
    throw {
      name = "PaymentError"
      value = "card declined"
    }
  }
  response = true
  test "any error will do" {
    input = {name: "Ada"}
    expect.to_throw
  }
  test "the message, in any case" {
    input = {name: "Ada"}
    expect.to_throw { value = "CARD DECLINED" }
  }
  test "the name" {
    input = {name: "Ada"}
    expect.to_throw { exception = "paymenterror" }
  }
  test "the code" {
    input = {name: "Ada", how: "precondition"}
    expect.to_throw { value = "ERROR_CODE_ACCESS_DENIED" }
  }
  test "an input that is missing" {
    expect.to_throw { value = "Missing param: name" }
  }
  test "an input that does not fit never reaches the precondition" {
    input = {name: "", how: "precondition"}
    expect.to_throw { value = "No entry" }
  }
  test "another message" {
    input = {name: "Ada"}
    expect.to_throw { value = "card stolen" }
    expect.to_be_null ($response)
  }
}

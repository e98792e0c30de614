function main {
  input {
    text name?
  }
  stack {
    var $greeting {
      value = "Hello, " ~ $input.name
      mock = {
        "greets a personn": "Hi"
        "something else": "Hi"
        "greets a person": "Hi"|uper
        $name: 1
      }
    }
    var $end {
      value = "!"
      mock = "greets a person"
    }
  }
  response = $greeting ~ $end
  test {
    expect.to_be_true ($response)
  }
  test "greets a person" {
    input = {name: $env.name}
    inptu = {}
    input = {name: "Ada"}
    datasource = $greeting
    expect.to_equal ($greeting) { value = "Hello, Ada!" }
    expect.to_equal ($response.name|upper) { value = "ADA" }
    expect.to_equal ($response) { value = $end }
    expect.to_equal ($response)
    expect.to_eqal ($response) { value = 1 }
    expect.to_be_within ($response) {
      minimum = 1
      max = 2
    }
    expect.to_equal { value = 1 }
    expect.to_throw {
      stack {
        throw {
          name = "x"
          value = "y"
        }
      }
    }
    expect.to_throw { message = "no" }
    expect.to_throw { value = "no" ~ now }
    var $a {
      value = 1
    }
  }
  test "greets a person" {
    input = "Ada"
  }
  test "blocks for clauses" {
    input {
      text name
    }
  }
}

function caught {
  input {
    text number
  }
  stack {
    //! +3 never true
    var $many {
      value = {
        size: (($input.number|strlen) > 1) ? "long" : "short"
      }
    }
    //! never succeeds
    try_catch {
      try {
        throw { name = "No" value = $input.number }
        //! missing
        var $behind { value = 1 }
      }
      catch {
        var $message { value = $error.message }
      }
    }
    //! never catches
    try_catch {
      try {
        util.sleep { value = 1 mock = {"mocked": ($many == null) ? 1 : 2} }
      }
      catch {
        //! missing
        var $message { value = "" }
      }
    }
    try_catch {
      try {
        return { value = $message }
      }
      catch {
        //! missing
        var $message { value = "" }
      }
    }
  }
  //! missing
  response = $message
  test "mocked" {
    input = {number: "1"}
    expect.to_equal ($response) { value = "1" }
  }
}

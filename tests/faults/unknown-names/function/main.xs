function main {
  input {
    text name?
  }
  stack {
    var $customer { value = {name: "Ann"} }
    var $greeting { value = $custmer.name|to_uper }
    api.request {
      url = "https://example.test"
      methd = "POST"
      body = $customer
    } as $answer
    api.requst { url = "https://example.test" } as $other
    function.run "hepler" as $x
    var $y { value = $input.nmae }
    var $far { value = "a"|completely_different }
  }
  response = null
}

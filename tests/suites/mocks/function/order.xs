function order {
  input {
    int id
  }
  stack {
    db.get "order" {
      field_value = $input.id
      mock = {
        "paid": {id: $input.id, total: 5}
        "not found": null
        "unpaid": {id: 2, total: 0}
      }
    } as $row
    precondition ($row != null) {
      error_type = "notfound"
      error = "No such order"
    }
    function.run charge {
      input = {amount: $row.total}
    } as $charge
    cloud.aws.s3.upload_file {
      bucket = "receipts"
      file = "receipt"
      mock = {
        "paid": {key: "r-" ~ $input.id}
        "unpaid": {key: "none"}
      }
    } as $receipt
    util.send_email {
      service_provider = "resend"
      mock = {"paid": null, "unpaid": null}
    }
  }
  response = {charge: $charge, receipt: $receipt.key}
  test "paid" {
    input = {id: 1}
    expect.to_equal ($response) { value = {charge: "ok 5", receipt: "r-1"} }
  }
  test "unpaid" {
    input = {id: 2}
    expect.to_equal ($response.charge) { value = "declined" }
  }
  test "not found" {
    input = {id: 3}
    expect.to_throw { value = "No such order" }
  }
}

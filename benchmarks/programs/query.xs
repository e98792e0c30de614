// What the paid orders among given records come to, without the cheapest.
function query {
  input {
    json orders
  }
  stack {
    var $totals {
      value = $input.orders|filter:$$.status == "paid" && $$.price >= 100|map:$$.price * $$.amount
    }
  }
  response = $totals|sum
}

// Orders through a chain of filters: the paid ones, dearest first, and what they come to.
function pipeline {
  input {
    int size
  }
  stack {
    var $orders { value = [] }
    for ($input.size) {
      each as $id {
        var $order {
          value = {
            id: $id
            price: ($id * 37) % 1000
            amount: $id % 7 + 1
            status: ($id % 3 == 0) ? "open" : "paid"
          }
        }
        array.push $orders { value = $order }
      }
    }
    var $totals {
      value = $orders|filter:$$.status == "paid" && $$.price >= 100|map:$$.price * $$.amount
    }
    var $largest { value = $totals|sort:"":"number":false|slice:0:5 }
    var $small { value = $orders|filter:$$.price < 100|map:$$.id|sum }
  }
  response = {count: $totals|count, sum: $totals|sum, largest: $largest, small: $small}
}

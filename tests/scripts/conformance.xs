//=== the bits of a decimal beyond 64 bits are its lowest 64, as two's complement
var $r { value = [9223372036854775807 + 1, 18446744073709551616 - 0]|map:($$|bitwise_and:-1) }
expect.to_equal ($r) { value = [-9223372036854775807 - 1, 0] }

//=== addition by carries ends when the carry leaves the 64 bits
var $x { value = -5 }
var $y { value = 5 }
while ($y != 0) {
  each {
    var $carry { value = $x|bitwise_and:$y }
    var.update $x { value = $x|bitwise_xor:$y }
    var.update $y { value = $carry * 2 }
  }
}
expect.to_equal ($x) { value = 0 }

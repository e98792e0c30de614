function main {
  input {
  }
  stack {
    var $名前 { value = 1 }
    var $x { value = "日本語" ~ ("é"|strlenght) }
    	var $y { value = "tab"|strlenght }
  }
  response = null
}

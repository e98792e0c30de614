//=== positions count characters, not bytes
var $x { value = ["été"|strlen, ("été"|index:"é"), ("aé€b"|index:"b"), ("été"|substr:1:1)] }
expect.to_equal ($x) { value = [3, 0, 3, "t"] }

//=== substr outside of the text
var $x { value = ["abc"|substr:5, ("abc"|substr:-9:2), ("abc"|substr:0:-5), ("abc"|substr:1:0), ("abc"|substr:1:null)] }
expect.to_equal ($x) { value = ["", "ab", "", "", "bc"] }

//=== split keeps empty pieces
var $x { value = [""|split:",", (""|split:""), (null|split:","), ("a,,b,"|split:",")] }
expect.to_equal ($x) { value = [[""], [], [""], ["a", "", "b", ""]] }

//=== split by more than one character
var $x { value = "a--b-c"|split:"--" }
expect.to_equal ($x) { value = ["a", "b-c"] }

//=== join writes every element as text
var $x { value = [1, 2.50, true, null, "x"]|join:"|" }
expect.to_equal ($x) { value = "1|2.5|true||x" }

//=== join and split are inverse
var $x { value = "a b c"|split:" "|join:" " }
expect.to_equal ($x) { value = "a b c" }

//=== index gives false, and 0 loosely equals false
var $x { value = "abc"|index:"a" }
var $y { value = "abc"|index:"z" }
var $z { value = [$x === false, $y === false, $x == false] }
expect.to_equal ($z) { value = [false, true, true] }

//=== ignoring case keeps positions
var $x { value = ["İstanbul X"|iindex:"x", ("ÀB"|icontains:"àb"), ("ÀB"|istarts_with:"à"), ("aÉ"|iends_with:"é")] }
expect.to_equal ($x) { value = [9, true, true, true] }

//=== contains on text and on lists
var $x { value = ["abc"|contains:"", (null|contains:"a"), (null|contains:""), (["a", 1]|contains:"1"), ([]|contains:null)] }
expect.to_equal ($x) { value = [true, false, true, true, false] }

//=== contains in a condition stops at the operator
var $r { value = "no" }
conditional {
  if ("abc"|contains:"b" && "abc"|contains:"c") {
    var.update $r { value = "yes" }
  }
}
expect.to_equal ($r) { value = "yes" }

//=== replace is literal and ends
var $x { value = ["a.b.c"|replace:".":"", ("aaa"|replace:"a":"aa"), ("abc"|replace:"":"x")] }
expect.to_equal ($x) { value = ["abc", "aaaaaa", "abc"] }

//=== trim with characters and ranges
var $x { value = ["--a--"|trim:"-", ("a1b2"|rtrim:"0..9"), ("..a.."|trim:"."), ("  a"|trim:""), ("cab"|trim:"c..a")] }
expect.to_equal ($x) { value = ["a", "a1b", "a", "a", "b"] }

//=== numbers and booleans are measured by their text
var $x { value = [12.50|strlen, (true|strlen), (-3|strlen), (false|to_upper)] }
expect.to_equal ($x) { value = [4, 4, 2, "FALSE"] }

//=== a list is no text
var $m { value = "" }
try_catch {
  try {
    var $x { value = [1, 2]|strlen }
  }
  catch {
    var.update $m { value = $error.message }
  }
}
expect.to_equal ($m) { value = "Text filter requires an integer, float, string or boolean value." }

//=== padding repeats and cuts its text
var $x { value = ["5"|pad_start:4:"ab", ("5"|pad_end:4:"ab"), ("abc"|pad_start:2:"0"), ("a"|pad_end:3:"")] }
expect.to_equal ($x) { value = ["aba5", "5aba", "abc", "a"] }

//=== unaccent leaves other alphabets
var $x { value = "Ærø, Łódź, naïve, й, 한"|unaccent }
expect.to_equal ($x) { value = "AEro, Lodz, naive, й, 한" }

//=== sprintf places
var $x { value = "%05.1f|%-5s|%'*5d|%+d|%%|%b|%e"|sprintf:2.25:"ab":42:7:5:1234.5 }
expect.to_equal ($x) { value = "002.2|ab   |***42|+7|%|101|1.234500e+3" }

//=== sprintf with too few values
var $m { value = "" }
try_catch {
  try {
    var $x { value = "%s %s"|sprintf:"a" }
  }
  catch {
    var.update $m { value = $error.message }
  }
}
expect.to_equal ($m) { value = "Too few values for the format: 2 needed, 1 given." }

//=== HTML
var $x { value = ["<a href='x'>\"q\"</a>"|escape, ("a<br/>b<!-- c -->d"|strip_html), ("<B>x</B><i>y</i>"|strip_html:"<b>")] }
expect.to_equal ($x) { value = ["&lt;a href=&#039;x&#039;&gt;&quot;q&quot;&lt;/a&gt;", "abd", "<B>x</B>y"] }

//=== removed tags cannot make new ones
var $x { value = "<<b>script>alert(1)</script><p onclick=\"x\">ok</p>"|html_sanitize:["p"] }
expect.to_equal ($x) { value = "&lt;script>alert(1)<p>ok</p>" }

//=== escapes there and back
var $t { value = "tab\t \"q\" \\ é" }
var $x { value = $t|text_escape|text_unescape }
expect.to_equal ($x) { value = $t }

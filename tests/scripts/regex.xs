//=== the pattern is piped in
var $x { value = ["/b+/"|regex_matches:"abbc", ("/B/"|regex_matches:"abc"), ("/B/i"|regex_matches:"abc"), ("#a/b#"|regex_matches:"a/b")] }
expect.to_equal ($x) { value = [true, false, true, true] }

//=== delimiters in pairs may be nested
var $x { value = "{a{2}}"|regex_get_first_match:"baa" }
expect.to_equal ($x) { value = ["aa"] }

//=== a subject piped in is refused
var $m { value = "" }
try_catch {
  try {
    var $x { value = "some text"|regex_matches:"/t/" }
  }
  catch {
    var.update $m { value = $error.message }
  }
}
expect.to_equal ($m) { value = "Invalid regular expression: some text" }

//=== a modifier that does not exist
var $m { value = "" }
try_catch {
  try {
    var $x { value = "/a/g"|regex_replace:"b":"aa" }
  }
  catch {
    var.update $m { value = $error.message }
  }
}
expect.to_equal ($m) { value = "Invalid regular expression: /a/g" }

//=== groups that took no part
var $x { value = ["/(a)?(b)?(c)/"|regex_get_first_match:"c", ("/(a)(b)?(c)?/"|regex_get_first_match:"a")] }
expect.to_equal ($x) { value = [["c", "", "", "c"], ["a", "a"]] }

//=== all matches in pattern order
var $x { value = "/(\\w)=(\\d)?/"|regex_get_all_matches:"a=1 b=" }
expect.to_equal ($x) { value = [["a=1", "b="], ["a", "b"], ["1", ""]] }

//=== no match at all
var $x { value = ["/x/"|regex_get_all_matches:"a", ("/(x)(y)/"|regex_get_all_matches:"a"), ("/x/"|regex_get_first_match:"a")] }
expect.to_equal ($x) { value = [[[]], [[], [], []], []] }

//=== references in the replacement
var $x { value = "/(a)(b)/"|regex_replace:"[$2|${1}|\\2|$0|$9|\\$1]":"xaby" }
expect.to_equal ($x) { value = "x[b|a|b|ab||$1]y" }

//=== empty matches
var $x { value = ["/a*/"|regex_replace:"x":"baac", ("/(?=a)/"|regex_replace:"-":"baac"), ("//"|regex_replace:".":"ab")] }
expect.to_equal ($x) { value = ["xbxxcx", "b-a-ac", ".a.b."] }

//=== dollar, its modifier D and multiple lines
var $x { value = ["/a$/"|regex_matches:"a\n", ("/a$/D"|regex_matches:"a\n"), ("/^b$/m"|regex_matches:"a\nb\nc")] }
expect.to_equal ($x) { value = [true, false, true] }

//=== U turns greed around
var $x { value = ["/a+/U"|regex_get_first_match:"aaa", ("/a+?/U"|regex_get_first_match:"aaa")] }
expect.to_equal ($x) { value = [["a"], ["aaa"]] }

//=== letters outside ASCII need u
var $x { value = ["/^\\w+$/"|regex_matches:"été", ("/^\\w+$/u"|regex_matches:"été"), ("/É/i"|regex_matches:"é"), ("/É/iu"|regex_matches:"é")] }
expect.to_equal ($x) { value = [false, true, false, true] }

//=== a dot is a character, with u and without
var $x { value = ["/^.$/"|regex_matches:"é", ("/^.$/u"|regex_matches:"é")] }
expect.to_equal ($x) { value = [true, true] }

//=== PCRE escapes
var $x { value = ["/\\x{e9}/u"|regex_matches:"é", ("/^\\h+$/"|regex_matches:" \t"), ("/\\Qa.b\\E/"|regex_matches:"axb"), ("/a{,2}/"|regex_matches:"a{,2}")] }
expect.to_equal ($x) { value = [true, true, false, true] }

//=== operators of other dialects are plain characters in a set
var $x { value = ["/^[a&&b]+$/"|regex_matches:"a&b", ("/^[[a]+$/"|regex_matches:"[a"), ("/[\\w-.]/"|regex_quote)] }
expect.to_equal ($x) { value = [true, true, "/\\[\\\\w\\-\\.\\]/"] }

//=== a search that would never end
var $m { value = "" }
var $t { value = [""]|join }
for (2000) {
  each as $i {
    text.append $t { value = "word " }
  }
}
try_catch {
  try {
    var $x { value = "/(\\w+\\s?)*$/"|regex_matches:($t ~ "!") }
  }
  catch {
    var.update $m { value = $error.message|substr:0:38 }
  }
}
expect.to_equal ($m) { value = "The regular expression took longer tha" }

//=== quoting makes any text a pattern for itself
var $t { value = "1+1=2? (a/b) [c] #d" }
var $x { value = ("/^" ~ ($t|regex_quote:"/") ~ "$/x")|regex_matches:$t }
var $y { value = ("/^" ~ ($t|regex_quote:"/") ~ "$/")|regex_matches:$t }
var $z { value = [$x, $y] }
expect.to_equal ($z) { value = [false, true] }

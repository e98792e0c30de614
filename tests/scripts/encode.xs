//=== base64 there and back, with bytes that are no text
var $x { value = [("ff00fe"|hex2bin)|base64_encode, (("/wD+"|base64_decode)|bin2hex), ("été"|base64_encode|base64_decode)] }
expect.to_equal ($x) { value = ["/wD+", "ff00fe", "été"] }

//=== base64 with surprises in it
var $x { value = ["YQ"|base64_decode, ("YQ=\n="|base64_decode), ("a"|base64_decode), (""|base64_decode), ("Y*Q"|base64_decode)] }
expect.to_equal ($x) { value = ["a", "a", "", "", "a"] }

//=== hexadecimal of odd length
var $m { value = "" }
try_catch {
  try {
    var $x { value = "abc"|hex2bin }
  }
  catch {
    var.update $m { value = $error.message }
  }
}
expect.to_equal ($m) { value = "Not hexadecimal." }

//=== JSON of what is none, and of values
var $x { value = ["{"|json_decode, (""|json_decode), (null|json_decode), ("12"|json_decode), ("1.0"|json_decode), ([1]|json_decode)] }
expect.to_equal ($x) { value = [null, null, null, 12, 1.0, [1]] }

//=== JSON keeps empty lists and objects apart
var $x { value = "{\"a\":[],\"b\":{}}"|json_decode|json_encode }
expect.to_equal ($x) { value = "{\"a\":[],\"b\":{}}" }

//=== numbers in other bases
var $x { value = ["11"|bindec, (-1|decbin|strlen), ("7f"|hexdec), (" 12z"|octdec), ("zz"|base_convert:36:16), (255.9|dechex), (""|hexdec)] }
expect.to_equal ($x) { value = ["3", 64, "127", "10", "50f", "ff", "0"] }

//=== character sets
var $x { value = [("e9"|hex2bin)|to_utf8, (("é€"|from_utf8)|bin2hex), (("é"|convert_encoding:"utf-16le":"utf8")|bin2hex), (("e9"|hex2bin)|detect_encoding)] }
expect.to_equal ($x) { value = ["é", "e93f", "e900", null] }

//=== both forms of encoding for addresses
var $x { value = ["a b&c/é~"|url_encode, ("a b&c/é~"|url_encode_rfc3986), ("a+b%zz%41"|url_decode), ("a+b"|url_decode_rfc3986)] }
expect.to_equal ($x) { value = ["a+b%26c%2F%C3%A9%7E", "a%20b%26c%2F%C3%A9~", "a b%zzA", "a+b"] }

//=== arguments of an address
var $u { value = "https://e.com/p?a=1&b=x%26y&a=2#top" }
var $x { value = [$u|url_getarg:"a", ($u|url_getarg:"b"), ($u|url_getarg:"c":0), ($u|url_hasarg:"b"), ($u|url_delarg:"a"), ($u|url_addarg:"a":"3"), ($u|url_addarg:"n":"x y":false)] }
expect.to_equal ($x) { value = ["2", "x&y", 0, true, "https://e.com/p?b=x%26y#top", "https://e.com/p?a=3&b=x%26y#top", "https://e.com/p?a=1&b=x%26y&a=2&n=x+y#top"] }

//=== taking addresses apart
var $x { value = ["e.com:80/a"|url_parse, ("mailto:a@b.c"|url_parse), ("http://h:99999"|url_parse), ("//[::1]:8/x?#"|url_parse), (""|url_parse)] }
expect.to_equal ($x) { value = [{host: "e.com", port: 80, path: "/a"}, {scheme: "mailto", path: "a@b.c"}, null, {host: "[::1]", port: 8, path: "/x", query: "", fragment: ""}, {}] }

//=== query strings with lists and objects in them
var $x { value = "a[]=1&a[]=2&o[x][y]=3&n=1&n=2&e&k%5B%5D=z&p[1]=q"|querystring_parse }
expect.to_equal ($x) { value = {a: ["1", "2"], o: {x: {y: "3"}}, n: "2", e: "", k: ["z"], p: {"1": "q"}} }

//=== CSV cells with everything in them
var $rows { value = [["a,b", "say \"x\"", "two\nlines", ""], [1, 2.5, true, null]] }
var $t { value = $rows|csv_encode }
expect.to_equal ($t) { value = "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\n1,2.5,1,\n" }
var $x { value = $t|csv_decode }
expect.to_equal ($x) { value = [["a,b", "say \"x\"", "two\nlines", ""], ["1", "2.5", "1", ""]] }

//=== CSV with a header
var $x { value = "id;name\r\n1;\"A;B\"\r\n\r\n2\r\n"|csv_parse:";" }
expect.to_equal ($x) { value = [{id: "1", name: "A;B"}, {id: "2", name: null}] }
var $y { value = ["id", "name"]|csv_create:[{i: 1, n: "x"}, [2, "y"]] }
expect.to_equal ($y) { value = "id,name\n1,x\n2,y\n" }

//=== XML with attributes, nesting and references
var $x { value = "<r a='1'><i>x &lt; y</i><i/></r>"|xml_decode }
expect.to_equal ($x) { value = {r: {"@attributes": {a: "1"}, value: [{i: {"@attributes": [], value: "x < y"}}, {i: {"@attributes": [], value: ""}}]}} }

//=== XML that declares entities is refused
var $m { value = "" }
try_catch {
  try {
    var $x { value = "<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>"|xml_decode }
  }
  catch {
    var.update $m { value = $error.message }
  }
}
expect.to_equal ($m) { value = "XML that declares entities is refused: b" }

//=== YAML reads words as text
var $x { value = "a: no\nb: 010\nc: 2024-01-01\nd: 1:30\ne: ~\nf: 1e2\ng: 'yes'"|yaml_decode }
expect.to_equal ($x) { value = {a: "no", b: 10, c: "2024-01-01", d: "1:30", e: null, f: 100, g: "yes"} }

//=== YAML there and back
var $t { value = {a: [1, {b: null}], c: "no", d: "010", e: [], f: {}, g: "x: y"} }
var $x { value = $t|yaml_encode|yaml_decode }
expect.to_equal ($x) { value = $t }

//=== YAML with a type of another language
var $m { value = "" }
try_catch {
  try {
    var $x { value = "!!python/name:os.system x"|yaml_decode }
  }
  catch {
    var.update $m { value = $error.message }
  }
}
expect.to_equal ($m) { value = "Invalid YAML: unknown type python/name:os.system" }

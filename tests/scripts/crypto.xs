//=== hashes take text, numbers, booleans and null
var $r { value = [("é"|md5), (5|md5), (true|md5), (null|sha1)] }
expect.to_equal ($r) { value = ["66ddcd97cfdeabb2f6fb8a999b4bc76f", "e4da3b7fbbce2345d7772b0674a318d5", "b326b5062b2f0e69046810717534cb09", "da39a3ee5e6b4b0d3255bfef95601890afd80709"] }
//=== a raw digest is the bytes of the hex digest
var $r { value = "abc"|sha256:true|bin2hex }
var $hex { value = "abc"|sha256 }
expect.to_equal ($r) { value = $hex }
//=== an empty key signs, as hmac allows
var $r { value = ""|hmac_sha256:"" }
expect.to_equal ($r) { value = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" }
//=== hashing a list is a fault
try_catch {
  try {
    var $x { value = [1]|md5 }
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "Text filter requires an integer, float, string or boolean value." }
//=== a short key and iv are filled with zero bytes
var $r { value = "hello"|encrypt:"aes-128-cbc":"k":"i"|bin2hex }
expect.to_equal ($r) { value = "99a47b87079fae3f6dbeb300f2c477ab" }
//=== a long key and iv are cut
var $long { value = "x"|encrypt:"aes-256-cbc":"0123456789abcdef0123456789abcdefMORE":"0123456789abcdefMORE"|bin2hex }
var $fit { value = "x"|encrypt:"aes-256-cbc":"0123456789abcdef0123456789abcdef":"0123456789abcdef"|bin2hex }
expect.to_equal ($long) { value = $fit }
//=== every cipher gives back what it got
var $r { value = [] }
foreach (["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-gcm", "aes-192-gcm", "aes-256-gcm"]) {
  each as $name {
    var $secret { value = "héllo"|encrypt:$name:"key":"vector" }
    array.push $r { value = $secret|decrypt:$name:"key":"vector" }
  }
}
expect.to_equal ($r) { value = ["héllo", "héllo", "héllo", "héllo", "héllo", "héllo"] }
//=== the tag of gcm stands at the end of the ciphertext
var $r { value = "abc"|encrypt:"aes-128-gcm":"key":"vector"|bin2hex|strlen }
expect.to_equal ($r) { value = 38 }
//=== the wrong key does not decrypt
try_catch {
  try {
    var $x { value = "abc"|encrypt:"aes-128-gcm":"key":"vector"|decrypt:"aes-128-gcm":"KEY":"vector" }
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "Unable to decrypt." }
//=== a missing key is no key of zeros
try_catch {
  try {
    var $x { value = "abc"|encrypt:"aes-128-cbc":null:"vector" }
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "The key is empty." }
//=== headers stand in the token, and cannot change its algorithm
var $token { value = {a: 1}|jws_encode:{typ: "JWT", alg: "none"}:"secret-of-at-least-32-characters!":"HS256" }
expect.to_equal ($token) { value = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ.FJsWOkRqQ3Pndi-ohJFkcgL-Eq1_zvQtltvJYqveQRk" }
//=== claims may be any value
var $r { value = [1, "b"]|jws_encode:{}:"secret":"HS512"|jws_decode:{}:"secret":"HS512" }
expect.to_equal ($r) { value = [1, "b"] }
//=== a ttl adds the two times
var $claims { value = {a: 1}|jws_encode:{}:"secret":"HS256":60|jws_decode:{}:"secret":"HS256" }
var $r { value = $claims.exp - $claims.iat }
expect.to_equal ($r) { value = 60 }
//=== an unsigned token is refused
try_catch {
  try {
    var $x { value = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ."|jws_decode:{}:"secret":"HS256" }
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "Unable to accept the token: it is damaged, or was made with another key or algorithm." }
//=== an expired token is refused, unless the drift covers it
var $then { value = (now / 1000)|floor }
var $token { value = {exp: $then - 10}|jws_encode:{}:"secret":"HS256" }
var $kept { value = $token|jws_decode:{}:"secret":"HS256":60 }
expect.to_not_be_null ($kept.exp)
try_catch {
  try {
    var $x { value = $token|jws_decode:{}:"secret":"HS256" }
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "Unable to accept the token: it has expired." }
//=== a claim to check must be there with the same type
var $token { value = {id: "7"}|jws_encode:{}:"secret":"HS256" }
try_catch {
  try {
    var $x { value = $token|jws_decode:{id: 7}:"secret":"HS256" }
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "Unable to accept the token: its claim `id` is not the expected one." }
//=== a public key is no shared secret
try_catch {
  try {
    var $x { value = {a: 1}|jws_encode:{}:"-----BEGIN PUBLIC KEY-----":"HS256" }
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "The key does not fit HS256." }
//=== a key may be the JSON text of a JWK
var $r { value = {a: 1}|jws_encode:{}:"{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}":"HS256"|jws_decode:{}:"secret":"HS256" }
expect.to_equal ($r) { value = {a: 1} }
//=== an encrypted token comes back with its checks
var $r { value = {a: 1, b: {c: [2]}}|jwe_encode:{}:"0123456789abcdef":"A128GCMKW":"A128CBC-HS256"|jwe_decode:{b: {c: [2]}}:"0123456789abcdef":"A128GCMKW":"A128CBC-HS256" }
expect.to_equal ($r) { value = {a: 1, b: {c: [2]}} }
//=== ids hide in texts and come back, negative ones too
var $r { value = [(0|secureid_encode:"s"|secureid_decode:"s"), (-5|secureid_encode:"é"|secureid_decode:"é")] }
expect.to_equal ($r) { value = [0, -5] }
//=== an id hidden with another salt is null
var $r { value = 5|secureid_encode:"a"|secureid_decode:"b" }
expect.to_be_null ($r)
//=== uuids are version 4 and differ
var $a { value = |uuid }
var $b { value = |uuid }
expect.to_match ($a) { value = "/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/" }
expect.to_not_equal ($a) { value = $b }

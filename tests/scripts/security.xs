//=== a null hash belongs to no password
security.check_password {
  text_password = "secret"
  hash_password = null
} as $r
expect.to_be_false ($r)
//=== a password holds every required class
security.create_password {
  character_count = 4
  require_symbol = true
  symbol_whitelist = "§"
} as $r
expect.to_match ($r) { value = "/[a-z]/" }
expect.to_match ($r) { value = "/[A-Z]/" }
expect.to_match ($r) { value = "/[0-9]/" }
expect.to_contain ($r) { value = "§" }
//=== a class that is not required does not occur
security.create_password {
  character_count = 40
  require_lowercase = false
  require_uppercase = false
} as $r
expect.to_match ($r) { value = "/^[0-9]{40}$/" }
//=== a password has at least one character
try_catch {
  try {
    security.create_password {
      character_count = 0
      require_lowercase = false
      require_uppercase = false
      require_digit = false
    } as $x
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "character_count must be at least 1." }
//=== random numbers keep to their bounds
security.random_number { min = -3 max = -3 } as $low
security.random_number as $any
expect.to_equal ($low) { value = -3 }
expect.to_be_within ($any) {
  min = 0
  max = 9007199254740991
}
//=== random bytes have the wanted length
security.random_bytes { length = 16 } as $bytes
var $r { value = $bytes|bin2hex|strlen }
expect.to_equal ($r) { value = 32 }
//=== too many random bytes are refused
try_catch {
  try {
    security.random_bytes { length = 100000001 } as $x
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "a text may have at most 100,000,000 characters" }
//=== statement and filter encrypt alike
security.encrypt {
  data = "hello"
  algorithm = "aes-256-cbc"
  key = "k"
  iv = "i"
} as $bytes
var $r { value = $bytes|decrypt:"aes-256-cbc":"k":"i" }
expect.to_equal ($r) { value = "hello" }
//=== bytes that are no text survive
security.encrypt {
  data = "ff00ff"|hex2bin
  key = "k"
  iv = "i"
} as $secret
security.decrypt {
  data = $secret
  key = "k"
  iv = "i"
} as $bytes
var $r { value = $bytes|bin2hex }
expect.to_equal ($r) { value = "ff00ff" }
//=== a new secret key signs and verifies
security.create_secret_key as $key
security.jws_encode {
  headers = {"alg": "HS256"}
  claims = {user: 7}
  key = $key
  signature_algorithm = "HS256"
  ttl = 60
} as $token
security.jws_decode {
  token = $token
  key = $key
  check_claims = {user: 7}
  signature_algorithm = "HS256"
  timeDrift = 0
} as $claims
expect.to_equal ($claims.user) { value = 7 }
//=== a curve key signs, its public half verifies
security.create_curve_key { curve = "P-384" } as $key
security.jws_encode {
  claims = {user: 7}
  key = $key
  signature_algorithm = "ES384"
} as $token
var $public { value = $key|unset:"d" }
security.jws_decode {
  token = $token
  key = $public
  signature_algorithm = "ES384"
} as $r
expect.to_equal ($r) { value = {user: 7} }
//=== a curve key of another size does not fit
security.create_curve_key { curve = "P-256" } as $key
try_catch {
  try {
    security.jws_encode {
      claims = {}
      key = $key
      signature_algorithm = "ES512"
    } as $x
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "The key or the headers do not fit ES512." }
//=== a key in base64 is a key too
security.create_rsa_key {
  bits = 2048
  format = "base64"
} as $key
security.jwe_encode {
  claims = {a: 1}
  key = $key
  key_algorithm = "RSA-OAEP-256"
  content_algorithm = "A256GCM"
} as $token
security.jwe_decode {
  token = $token
  key = $key
  key_algorithm = "RSA-OAEP-256"
  content_algorithm = "A256GCM"
} as $r
expect.to_equal ($r) { value = {a: 1} }
//=== a user's token needs the key that signs it
try_catch {
  try {
    security.create_auth_token {
      table = "user"
      extras = ""
      expiration = 86400
      id = 7
    } as $x
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "XSRUN_AUTH_KEY is not set." }
//=== a sleep moves the clock on
var $before { value = now }
util.sleep { value = 0.05 }
var $after { value = now }
var $passed { value = $after - $before }
expect.to_be_within ($passed) {
  min = 50
  max = 5000
}
//=== a text is no time to sleep
try_catch {
  try {
    util.sleep { value = "soon" }
  }
  catch {
    var $r { value = $error.message }
  }
}
expect.to_equal ($r) { value = "Not numeric." }
//=== the distance from pole to pole is half the circumference
util.geo_distance {
  latitude_1 = 90
  longitude_1 = 0
  latitude_2 = -90
  longitude_2 = 45
} as $distance
var $r { value = $distance|floor }
expect.to_equal ($r) { value = 20015086 }

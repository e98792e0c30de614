//=== a file resource is read by name, by filter and with a default
storage.create_file_resource { filename = "a/b\\c: d.csv" filedata = "x,y" } as $f
var $x { value = [$f.name, $f.size, ($f|get:"mime"), ($f["name"]), ($f|get:"none":7), ($f|has:"size"), ($f|has:"data"), ($f.none ?? 1)] }
expect.to_equal ($x) { value = ["c_ d.csv", 3, "text/csv", "c_ d.csv", 7, true, false, 1] }

//=== a file resource is passed through lists, objects and calls as it is
storage.create_file_resource { filename = "a.txt" filedata = "hello" } as $f
var $held { value = {files: [$f], again: $f} }
function.run "size_of" { input = {doc: $held.files[0]} } as $r
expect.to_equal ($r) { value = {size: 5, data: "hello"} }
expect.to_equal ($held.again.name) { value = "a.txt" }

---
function size_of {
  input { file doc }
  stack { storage.read_file_resource { value = $input.doc } as $c }
  response = {size: $c.size, data: $c.data}
}

//=== a plain reference to what a file does not have is a fault
storage.create_file_resource { filename = "a.txt" filedata = "x" } as $f
var $m { value = "" }
try_catch {
  try { var $x { value = $f.tmp_name } }
  catch { var.update $m { value = $error.message } }
}
expect.to_equal ($m) { value = "Unable to locate var: f.tmp_name" }

//=== JSON and text show what a file is, not what is in it
storage.create_file_resource { filename = "a.txt" filedata = "secret" } as $f
var $x { value = $f|json_encode }
expect.to_equal ($x) { value = "{\"path\":\"tmp/a.txt\",\"name\":\"a.txt\",\"size\":6,\"mime\":\"text/plain\"}" }
expect.to_equal ($f ~ "") { value = $x }

//=== bytes stay bytes
var $raw { value = "ff00fe"|hex2bin }
storage.create_file_resource { filename = "a.bin" filedata = $raw } as $f
storage.read_file_resource { value = $f } as $c
expect.to_equal ($c.data|bin2hex) { value = "ff00fe" }
expect.to_equal ($c.mime) { value = "application/octet-stream" }

//=== a stored file is read by its metadata and by its path alone
storage.create_file_resource { filename = "a.pdf" filedata = "%PDF-1.7" } as $f
storage.create_attachment access=private { value = $f filename = "../x/é b?.pdf" } as $s
expect.to_equal ([$s.access, $s.name, $s.type, $s.mime, $s.size]) { value = ["private", "é b_.pdf", "pdf", "application/pdf", 8] }
expect.to_start_with ($s.path) { value = "/vault/" }
storage.read_file_resource { value = {path: $s.path} } as $c
expect.to_equal ($c.data) { value = "%PDF-1.7" }

//=== two files of one name do not meet
storage.create_file_resource { filename = "a.txt" filedata = "1" } as $f
storage.create_attachment { value = $f } as $a
storage.create_attachment { value = $f } as $b
expect.to_be_true ($a.path != $b.path)

//=== what is no file is refused in the platform's words
var $found { value = [] }
foreach ([null, "", 5, "a.txt", {name: "a.png"}, [], {path: ""}, {path: 5}]) {
  each as $value {
    try_catch {
      try { storage.create_image { value = $value access = "public" filename = "a" } as $s }
      catch { array.push $found { value = [$error.code, $error.message, $error.payload.param] } }
    }
  }
}
expect.to_equal ($found|count) { value = 8 }
expect.to_equal ($found|unique|first) { value = ["ERROR_CODE_INPUT_ERROR", "Missing param: path", "path"] }

//=== an image is told by its content, not by its name
storage.create_file_resource { filename = "a.png" filedata = "plain text" } as $f
var $m { value = "" }
try_catch {
  try { storage.create_image { value = $f access = "public" filename = "a.png" } as $s }
  catch { var.update $m { value = $error.code ~ ": " ~ $error.message } }
}
expect.to_equal ($m) { value = "ERROR_FATAL: Invalid file extension." }

//=== reading, deleting and deleting again
storage.append_file { pathname = "logs/a.txt" data = "one\n" }
storage.append_file { pathname = "/logs//a.txt" data = "two\n" }
storage.read_file_resource { value = {path: "logs/a.txt"} } as $c
expect.to_equal ($c.data) { value = "one\ntwo\n" }
storage.delete_file { pathname = "logs/a.txt" }
var $e { value = null }
try_catch {
  try { storage.delete_file { pathname = "logs/a.txt" } }
  catch { var.update $e { value = [$error.code, $error.status] } }
}
expect.to_equal ($e) { value = ["ERROR_CODE_NOT_FOUND", 404] }

//=== paths that lead elsewhere
var $found { value = [] }
foreach (["../a", "a/../b", "/", "", "a/", "./a", "a\\b", "a\nb", "..", "\u202ea"]) {
  each as $path {
    try_catch {
      try { storage.append_file { pathname = $path data = "x" } }
      catch { array.push $found { value = $error.message|substr:0:13 } }
    }
  }
}
expect.to_equal ($found|count) { value = 10 }
expect.to_equal ($found|unique) { value = ["Invalid path "] }

//=== a signed address is good for its time and for its file
storage.append_file { pathname = "a b.txt" data = "x" }
storage.sign_private_url { pathname = "/a b.txt" ttl = 60 } as $url
expect.to_contain ($url) { value = "a%20b.txt?expires=1767225660&signature=" }
storage.read_file_resource { value = $url } as $c
expect.to_equal ($c.data) { value = "x" }
util.sleep { value = 60 }
var $found { value = [] }
foreach ([$url, ($url|replace:"a%20b":"c"), "file:///etc/passwd", ($url|replace:"17672":"27672")]) {
  each as $address {
    try_catch {
      try { storage.read_file_resource { value = $address } as $c }
      catch { array.push $found { value = $error.code ~ " " ~ $error.message } }
    }
  }
}
expect.to_equal ($found|first) { value = "ERROR_CODE_ACCESS_DENIED The address of the file has expired." }
expect.to_equal ($found|slice:1:3|unique) { value = ["ERROR_CODE_ACCESS_DENIED The address of the file is not signed."] }

//=== wrong attributes
storage.create_image { value = 1 path = "a" } as $s  //! unknown-attribute
storage.create_file_resource { filename = "a" data = "b" } as $f  //! unknown-attribute: filedata

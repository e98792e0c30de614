//=== files go in and come out
zip.create_archive { filename = "export.zip" } as $z
storage.create_file_resource { filename = "b.json" filedata = "{\"b\":1}" } as $f
zip.add_to_archive { zip = $z file = $f filename = "data/b.json" }
zip.add_to_archive { zip = $z file = $f }
zip.add_to_archive { archive = $z files = [{path: "readme.txt", content: "hi"}, {path: "n.txt", content: 5}] } as $same
zip.view_contents { zip = $z } as $list
expect.to_equal ($list|map:$$.path) { value = ["data/b.json", "b.json", "readme.txt", "n.txt"] }
expect.to_equal ($list|map:$$.size) { value = [7, 7, 2, 1] }
zip.extract { zip = $same } as $files
expect.to_equal ($files|map:$$.content) { value = ["{\"b\":1}", "{\"b\":1}", "hi", "5"] }
expect.to_equal ($files|map:$$.data) { value = $files|map:$$.content }
expect.to_equal ($files[0].mime) { value = "application/json" }

//=== the archive changes wherever it is held
zip.create_archive { filename = "a.zip" } as $z
var $held { value = [$z] }
zip.add_to_archive { archive = $z files = [{path: "a", content: ""}] }
zip.view_contents { zip = $held[0] } as $list
expect.to_equal ($list|count) { value = 1 }

//=== a copy of it does not
zip.create_archive { filename = "a.zip" } as $z
storage.create_file_resource { filename = "b.zip" filedata = $z } as $copy
zip.add_to_archive { archive = $z files = [{path: "a", content: ""}] }
zip.view_contents { zip = $copy } as $list
expect.to_equal ($list) { value = [] }

//=== a file of the same name is replaced
zip.create_archive { filename = "a.zip" } as $z
zip.add_to_archive { archive = $z files = [{path: "a", content: "old"}, {path: "b", content: "b"}] }
zip.add_to_archive { archive = $z files = [{path: "/a", content: "new"}] }
zip.extract { zip = $z } as $files
expect.to_equal ($files|map:$$.path) { value = ["b", "a"] }
expect.to_equal ($files|map:$$.content) { value = ["b", "new"] }

//=== taking out one file, and all below a folder
zip.create_archive { filename = "a.zip" } as $z
zip.add_to_archive { archive = $z files = [{path: "a.txt", content: "1"}, {path: "d/b", content: "2"}, {path: "d/c", content: "3"}] }
zip.delete_from_archive { zip = $z filename = "d/b" }
zip.view_contents { zip = $z } as $list
expect.to_equal ($list|map:$$.path) { value = ["a.txt", "d/c"] }
zip.delete_from_archive { archive = $z paths = ["a.txt", "d/"] } as $cleaned
zip.view_contents { archive = $cleaned } as $list
expect.to_equal ($list) { value = [] }

//=== a stored archive is opened by its metadata
zip.create_archive { filename = "a.zip" } as $z
zip.add_to_archive { archive = $z files = [{path: "a.txt", content: "1"}] }
storage.create_attachment { value = $z access = "private" filename = "a.zip" } as $s
expect.to_equal ([$s.type, $s.mime]) { value = ["zip", "application/zip"] }
zip.extract { zip = $s } as $files
storage.create_attachment { value = $files[0] access = "public" filename = $files[0].name } as $t
expect.to_equal ($t.name) { value = "a.txt" }

//=== what is no archive
var $found { value = [] }
storage.create_file_resource { filename = "a.zip" filedata = "PK no zip" } as $broken
foreach ([null, "a.zip", $broken, {path: "/vault/none.zip"}]) {
  each as $z {
    try_catch {
      try { zip.view_contents { zip = $z } as $list }
      catch { array.push $found { value = $error.message } }
    }
  }
}
expect.to_equal ($found) { value = ["Missing param: zip", "Missing param: zip", "Unable to read the archive: File is not a zip file", "File not found: /vault/none.zip"] }

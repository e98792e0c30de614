function main {
  input {
  }
  stack {
    foreach ([4, 2, 0]) {
      each as $part {
        function.run "share" {
          input = {whole: 8, part: $part}
        } as $share
      }
    }
  }
  response = $share
}

middleware louder {
  input {
    json vars
    text type
  }
  response = {word: $input.vars.word|to_upper}
}

query "say" verb=POST {
  api_group = "Users and Friends"
  input {
    text word
  }
  response = {word: $input.word}
  middleware = {
    pre: [
      {name: "wordy", active: true}
      {name: "guard", active: true}
      {name: "broken", active: true}
      {name: "louder", active: true}
    ]
    post: [{name: "broken", active: false}]
  }
}

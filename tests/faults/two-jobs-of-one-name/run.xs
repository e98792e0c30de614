run.job "Case" {
  main = {name: "main"}
}
---
run.job "Case" {
  main = {name: "main"}
}
---
function main {
  input {
  }
  stack {

  }
  response = null
}

run.service "Counter" {
  description = "Counts"
  pre = {name: "begin"}
  env = ["greeting"]
}

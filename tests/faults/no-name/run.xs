run.job {
  main = {name: "main"}
}

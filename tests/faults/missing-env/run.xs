run.job "Case" {
  main = {name: "main"}
  env = ["XSRUN_TEST_KEY", "XSRUN_TEST_HOST", "XSRUN_TEST_UNUSED"]
}

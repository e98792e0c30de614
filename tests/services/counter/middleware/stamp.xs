middleware stamp {
  response = {stamped: true}
}

function untouched {
  input {
    int n
  }
  stack {
    //! missing
    precondition ($input.n > 0) {
      error = "zero"
    }
  }
  //! missing
  response = $input.n
}

middleware wordy {
  response = "no inputs"
}

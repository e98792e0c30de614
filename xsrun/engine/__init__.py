"""What makes effects safe: the door every effect goes through, its policies, and the journal behind it."""

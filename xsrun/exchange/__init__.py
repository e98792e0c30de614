"""From statement values to an HTTP request, and from the answer to the value a program sees. No input or output."""

"""A run statement by statement, while it happens and afterwards."""

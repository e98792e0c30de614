"""The outside world: protocols, real ports, and the same ports in memory."""

"""Running compiled programs: frames, limits, results, secrets."""

"""What editors ask about programs while they are being written."""

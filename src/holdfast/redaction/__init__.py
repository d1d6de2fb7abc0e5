"""Take secrets out of every text that leaves the desk; any room may use it."""

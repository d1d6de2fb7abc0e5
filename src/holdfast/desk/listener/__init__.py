"""Listen for signals from outside, keep each in the ledger before it is answered, and act on it once."""

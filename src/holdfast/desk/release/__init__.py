"""Give waiting exits up: by an operator, or by the tiers a profile allows."""

"""Let a desk read the market, and act on what it read where a profile says so."""

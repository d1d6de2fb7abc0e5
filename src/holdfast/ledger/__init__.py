"""Memory: an append-only, hash-chained list of events; everything else is folded from it."""

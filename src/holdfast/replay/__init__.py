"""Drive the same tick over recorded candles, as fast as it goes."""

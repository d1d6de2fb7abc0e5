"""Read the market off closed candles: the one room of floats; what leaves it is rounded once."""

"""Detect the regime of the market by a hidden Markov model; hmmlearn trains it, numpy alone reads it."""

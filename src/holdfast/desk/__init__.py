"""The running desk: one tick function, the same for paper, replay and a real venue."""

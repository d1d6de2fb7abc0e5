"""A made market that falls, ranges and rises in turn, with the truth beside it."""

import numpy as np

DRIFT, NOISE, TURN = 0.0012, 0.0008, 1 / 120


def market(count=1500, seed=1):
    """Return closes, volumes and the regime of each candle: 0 falls, 1 ranges, 2 rises."""
    chance = np.random.default_rng(seed)
    closes, truth, state = [0.1], [1], 1
    for _ in range(count - 1):
        if chance.random() < TURN:
            state = int(chance.choice([one for one in (0, 1, 2) if one != state]))
        move = (state - 1) * DRIFT + chance.normal(0, NOISE)
        closes.append(closes[-1] * np.exp(move))
        truth.append(state)
    return np.array(closes), chance.uniform(800, 1200, count), np.array(truth)

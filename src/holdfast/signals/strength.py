"""Say how straight a walk of prices was: the labelled fallback for a trend's strength, not an ADX."""

from collections.abc import Sequence
from itertools import pairwise


def straightness(prices: Sequence[float], steps: int) -> float:
    """Return 100 x the way made over the way walked in the last steps, 0 where there are too few.

    >>> straightness([1.0, 2.0, 3.0], 2), straightness([1.0, 2.0, 1.0], 2), straightness([1.0], 2)
    (100.0, 0.0, 0.0)
    """
    seen = prices[-(steps + 1) :]
    if len(seen) <= steps:
        return 0.0
    walked = sum(abs(after - before) for before, after in pairwise(seen))
    return 100.0 * abs(seen[-1] - seen[0]) / walked if walked > 0 else 0.0

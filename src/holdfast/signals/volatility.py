"""Measure how far the market typically moves from one price to the next, in percent."""

from bisect import bisect_left, insort
from collections import deque

POINTS = 180  # prices looked at
SMALLEST = 12  # prices without which nothing is said


class Volatility:
    """The median move of the last bars, kept in order so that a bar costs no sorting."""

    def __init__(self, points: int = POINTS) -> None:
        self._moves: deque[float] = deque()
        self._ordered: list[float] = []
        self._window = points - 1
        self._last = 0.0

    @property
    def ready(self) -> bool:
        """Say whether enough prices were seen."""
        return len(self._moves) >= SMALLEST - 1

    @property
    def value(self) -> float:
        """Return the median move in percent, 0 while nothing moved."""
        ordered = self._ordered
        half, odd = divmod(len(ordered), 2)
        if not ordered:
            return 0.0
        return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2.0

    def add(self, price: float) -> None:
        """Take the next price in."""
        last, self._last = self._last, price
        if last <= 0 or price <= 0:
            return
        move = abs(price - last) / last * 100.0
        self._moves.append(move)
        insort(self._ordered, move)
        if len(self._moves) > self._window:
            del self._ordered[bisect_left(self._ordered, self._moves.popleft())]

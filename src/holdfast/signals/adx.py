"""Measure how strongly the market trends, by Wilder's ADX (operations 6.7).

A sum of n true ranges and moves starts the smoothing, the mean of the first n DX starts the ADX; it
needs 2n bars and says nothing before.
"""

from holdfast.signals.bars import Bar


class Adx:
    """Wilder's average directional index, one bar at a time."""

    def __init__(self, period: int) -> None:
        self.period = period
        self.bars = 0
        self.value = self.plus = self.minus = 0.0
        self._before: Bar | None = None
        self._range = self._up = self._down = self._total = 0.0

    @property
    def ready(self) -> bool:
        """Say whether two periods of bars stand behind the value."""
        return self.bars >= 2 * self.period

    def add(self, bar: Bar) -> None:
        """Take the next closed bar in."""
        before, self._before = self._before, bar
        self.bars += 1
        if before is None:
            return
        self._smooth(bar, before)
        if self.bars > self.period:
            self._index()

    def _smooth(self, bar: Bar, before: Bar) -> None:
        up, down = bar.high - before.high, before.low - bar.low
        reach = max(bar.high, before.close) - min(bar.low, before.close)
        kept = 1.0 if self.bars <= self.period + 1 else 1.0 - 1.0 / self.period
        self._range = self._range * kept + reach
        self._up = self._up * kept + (up if up > down and up > 0 else 0.0)
        self._down = self._down * kept + (down if down > up and down > 0 else 0.0)

    def _index(self) -> None:
        if self._range > 0:
            self.plus = 100.0 * self._up / self._range
            self.minus = 100.0 * self._down / self._range
        else:
            self.plus = self.minus = 0.0
        both = self.plus + self.minus
        index = 100.0 * abs(self.plus - self.minus) / both if both > 0 else 0.0
        if self.bars <= 2 * self.period:
            self._total += index
            self.value = self._total / self.period if self.ready else 0.0
        else:
            self.value = (self.value * (self.period - 1) + index) / self.period

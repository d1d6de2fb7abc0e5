"""Gather closed candles into bars of one length, as floats.

Rules: a bar is closed when a candle of a later bar comes, or when time has passed its end; only closed
bars are handed on. A hole of more than `GAP` bars is told, so that whoever remembers starts anew.
"""

from collections.abc import Iterator
from typing import NamedTuple

GAP = 2


class Bar(NamedTuple):
    """One bar of the market; `at` is its opening time."""

    at: int
    high: float
    low: float
    close: float
    volume: float


class Gatherer:
    """Candles on their way into bars of `length` microseconds; a longer candle is a bar itself."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.broken = False  # whether the last closed bar came after a hole
        self._open: Bar | None = None
        self._last: int | None = None

    def add(self, candle: Bar) -> Iterator[Bar]:
        """Take the next candle in; hand over what it closes."""
        at = candle.at - candle.at % self.length
        held = self._open
        if held is not None and held.at == at:
            self._open = Bar(
                at,
                max(held.high, candle.high),
                min(held.low, candle.low),
                candle.close,
                held.volume + candle.volume,
            )
            return
        yield from self._shut()
        self._open = candle._replace(at=at)

    def until(self, now: int) -> Iterator[Bar]:
        """Hand over the bar whose end has come."""
        if self._open is not None and self._open.at + self.length <= now:
            yield from self._shut()

    def _shut(self) -> Iterator[Bar]:
        bar, self._open = self._open, None
        if bar is not None:
            self.broken = self._last is not None and bar.at - self._last > (GAP + 1) * self.length
            self._last = bar.at
            yield bar

"""Hand closed candles to whoever reads the market: each once, oldest first, never before its close.

A replay reads the columns it drives; a paper desk keeps the candle of each tick; a desk on an
exchange, which is told prices only, gathers them into candles of a minute.
"""

from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

from holdfast.desk.desk import Desk
from holdfast.domain.market import MINUTE, SECOND, Candle
from holdfast.domain.money import ZERO
from holdfast.signals.bars import Bar
from holdfast.venue.candles import Candles


class Tape(Protocol):
    """Where closed candles come from."""

    def until(self, now: int) -> Iterator[Bar]:
        """Hand over what closed by `now` and was not handed over before."""


class ColumnTape:
    """Candles that are all there already; what lies ahead of `now` is not looked at."""

    def __init__(self, candles: Candles) -> None:
        self._candles = candles
        self._next = 0
        self._length = candles.seconds * SECOND

    def until(self, now: int) -> Iterator[Bar]:
        """Hand over what closed by `now`."""
        candles, last = self._candles, now - self._length
        times = candles.at
        while self._next < len(times) and times[self._next] <= last:
            index = self._next
            self._next = index + 1
            yield Bar(
                times[index],
                candles.near_high[index],
                candles.near_low[index],
                float(candles.close[index]),
                float(candles.volume[index]),
            )


class CandleTape:
    """The candle of each tick of a paper desk, after what its ledger remembers."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._length = seconds * SECOND
        self._kept: deque[Bar] = deque()
        self._newest = -1

    def add(self, candle: Candle) -> None:
        """Keep a candle; one that is not newer than the last was kept before."""
        if candle.at > self._newest:
            self._newest = candle.at
            self._kept.append(bar_of(candle))

    def __call__(self, desk: Desk, summary: object) -> None:
        """Keep the candle of the tick that just ended."""
        del summary
        candle = desk.venue.candle()
        if candle is not None:
            self.add(candle)

    def until(self, now: int) -> Iterator[Bar]:
        """Hand over what closed by `now`."""
        last = now - self._length
        while self._kept and self._kept[0].at <= last:
            yield self._kept.popleft()


class MarkTape(CandleTape):
    """The prices of an exchange, gathered into candles of a minute that the ledger keeps."""

    def __init__(self) -> None:
        super().__init__(MINUTE // SECOND)
        self._open: Candle | None = None

    def until(self, now: int) -> Iterator[Bar]:
        """Hand over what closed by `now`, the minute that ended before the price of now came with it."""
        held = self._open
        if held is not None and held.at + MINUTE <= now:
            self.add(held)
        return super().until(now)

    def __call__(self, desk: Desk, summary: object) -> None:
        """Take the price of the tick that just ended in, where it is a new one."""
        del summary
        if desk.fresh and desk.mark > ZERO:
            closed = self._take(desk.now, desk.mark)
            if closed is not None:
                desk.ledger.record_candle(closed)
                self.add(closed)

    def _take(self, now: int, mark: Decimal) -> Candle | None:
        at, held = now - now % MINUTE, self._open
        if held is not None and held.at == at:
            high, low = max(held.high, mark), min(held.low, mark)
            self._open = Candle(at, held.open, high, low, mark, ZERO)
            return None
        self._open = Candle(at, mark, mark, mark, mark, ZERO)
        return held


def bar_of(candle: Candle) -> Bar:
    """Turn a candle into floats."""
    high, low, close = float(candle.high), float(candle.low), float(candle.close)
    return Bar(candle.at, high, low, close, float(candle.volume))

"""Sum up the day before a candle: kept as it rolls, so that a ticker costs a candle and not a day."""

from collections import deque
from decimal import Decimal

import msgspec

from holdfast.domain.market import DAY, Candle
from holdfast.venue.candles import length_of
from holdfast.venue.emulator.paths import MarketSettings, PricePath

ZERO = Decimal(0)


class Figures(msgspec.Struct, frozen=True):
    """What a ticker says of the last day."""

    open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    average: Decimal
    count: int


class Day:
    """The last day's whole candles of one pair."""

    def __init__(self, path: PricePath, settings: MarketSettings) -> None:
        self._path = path
        self._size = DAY // length_of(settings.candle_seconds)
        self._candles: deque[Candle] = deque(maxlen=self._size)
        self._next = 0
        self._known: tuple[int, Figures] | None = None

    def of(self, index: int) -> Figures:
        """Say the figures of the candles before `index`; it only rises, or starts over."""
        if self._known is not None and self._known[0] == index:
            return self._known[1]
        if index < self._next or index - self._next > self._size:
            self._candles.clear()
            self._next = max(0, index - self._size)
        while self._next < index:
            self._candles.append(self._path.candle(self._next))
            self._next += 1
        figures = _summed(list(self._candles) or [self._path.candle(0)])
        self._known = index, figures
        return figures


def _summed(candles: list[Candle]) -> Figures:
    volume = sum((one.volume for one in candles), ZERO)
    worth = sum((one.volume * one.close for one in candles), ZERO)
    return Figures(
        open=candles[0].open,
        high=max(one.high for one in candles),
        low=min(one.low for one in candles),
        volume=volume,
        average=worth / volume if volume else candles[-1].close,
        count=len(candles),
    )

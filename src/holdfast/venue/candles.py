"""Hold candles in columns, and feed them to a venue one by one.

Rules: prices and volumes are snapped to the market's steps, half to even, and equal values are one
object, so that a year of minutes stays small. A feed moves only forward; its state is plain data
that another process can go on from.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from holdfast.domain.errors import DataError
from holdfast.domain.market import SECOND, Candle
from holdfast.venue.records import FeedState

Column = list[Decimal]


class Candles:
    """Many candles of one length, oldest first, one list a field.

    `near_high` and `near_low` are the extremes as floats, for a quick first look.
    """

    __slots__ = (
        "at",
        "close",
        "high",
        "low",
        "near_high",
        "near_low",
        "open",
        "seconds",
        "volume",
    )

    def __init__(
        self,
        seconds: int,
        at: list[int],
        prices: tuple[Column, Column, Column, Column],
        volume: Column,
    ) -> None:
        self.seconds = seconds
        self.at = at
        self.open, self.high, self.low, self.close = prices
        self.near_high, self.near_low = _floats(self.high), _floats(self.low)
        self.volume = volume

    def __len__(self) -> int:
        return len(self.at)

    def row(self, index: int) -> Candle:
        """Return one candle."""
        return Candle(
            self.at[index],
            self.open[index],
            self.high[index],
            self.low[index],
            self.close[index],
            self.volume[index],
        )

    @classmethod
    def from_rows(
        cls, rows: Iterable[Sequence[Any]], *, seconds: int, tick: Decimal, step: Decimal
    ) -> "Candles":
        """Build from rows of (at in µs, open, high, low, close, volume)."""
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
        at, *values = columns or [[] for _ in range(6)]
        exact = [[_exact(value) for value in column] for column in values]
        prices = [interned(column, tick) for column in exact[:4]]
        return cls(
            seconds,
            [int(one) for one in at],
            (prices[0], prices[1], prices[2], prices[3]),
            interned(exact[4], step),
        )

    @classmethod
    def from_numpy(
        cls,
        times: NDArray[np.int64],
        prices: tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]],
        volume: NDArray[Any],
        *,
        seconds: int,
        tick: Decimal,
        step: Decimal,
    ) -> "Candles":
        """Build from arrays of µs and floats: open, high, low, close, then volume."""
        snapped = [_counted(column, tick) for column in prices]
        columns = (snapped[0], snapped[1], snapped[2], snapped[3])
        return cls(seconds, [int(one) for one in times], columns, _counted(volume, step))


class Window(msgspec.Struct, frozen=True, gc=False):
    """The candles a feed has at hand: its columns, and where the next one and the end are."""

    candles: Candles
    start: int
    stop: int


class Feed(Protocol):
    """Where a paper venue takes its candles from."""

    seconds: int

    def next(self) -> Candle | None:
        """Take the next candle; None means there is none for now."""

    def window(self) -> Window:
        """Show what lies ahead without taking it; it may be less than there is."""

    def skip(self, count: int) -> None:
        """Pass over candles of the window."""

    def state(self) -> FeedState:
        """Say where the feed stands."""

    def restore(self, state: FeedState) -> None:
        """Go on from where a feed of the same source stood."""


class FileFeed:
    """Feed candles that are all there already."""

    def __init__(self, candles: Candles, start: int = 0) -> None:
        self.seconds = candles.seconds
        self._candles = candles
        self._count = len(candles)
        self._next = start

    def next(self) -> Candle | None:
        """Take the next candle; None after the last."""
        index = self._next
        if index >= self._count:
            return None
        self._next = index + 1
        return self._candles.row(index)

    def window(self) -> Window:
        """Show all that is left."""
        return Window(self._candles, self._next, self._count)

    def skip(self, count: int) -> None:
        """Pass over candles."""
        self._next += count

    def state(self) -> FeedState:
        """Say how many candles were taken, and the time of the last."""
        return {"taken": self._next, "last": self._last(self._next)}

    def restore(self, state: FeedState) -> None:
        """Go on after the candles taken; refuse a source that is not the same."""
        taken = int(state.get("taken", -1))
        if not 0 <= taken <= self._count or self._last(taken) != state.get("last"):
            raise DataError(
                f"the candles do not go on where the venue stopped (candle {taken}, market time "
                f"{state.get('last')}); do: use the source it ran on, or another runtime"
            )
        self._next = taken

    def _last(self, taken: int) -> int:
        return self._candles.at[taken - 1] if taken else -1


def interned(column: Column, step: Decimal | None) -> Column:
    """Snap a column to a step where one is given, and make equal values one object."""
    known: dict[Decimal, Decimal] = {}
    for value in column:
        if value not in known:
            snapped = value if step is None else value.quantize(step, ROUND_HALF_EVEN)
            known[value] = known.setdefault(snapped, snapped)
    return [known[value] for value in column]


def _floats(column: Column) -> list[float]:
    known = {value: float(value) for value in set(column)}
    return [known[value] for value in column]


def _exact(value: Decimal | float | str) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _counted(column: NDArray[Any], step: Decimal) -> Column:
    counts = np.rint(np.asarray(column, dtype=np.float64) / float(step))
    distinct, places = np.unique(counts, return_inverse=True)
    values = [int(count) * step for count in distinct]
    return [values[place] for place in places]


def length_of(seconds: int) -> int:
    """Say the length of a candle in microseconds."""
    return seconds * SECOND

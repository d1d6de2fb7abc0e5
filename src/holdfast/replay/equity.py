"""Walk the candles of a replay with its account, and say what it was worth at each close.

Equity is cash plus inventory at the mark, whoever in the books owns it. Beside it stands what the
opening balances would be worth had nothing traded (hold). Drawdown is measured from the highest
equity so far. Amounts are exact; only plots turn them into floats.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from holdfast.domain.market import DAY, SECOND
from holdfast.domain.money import HUNDRED, ZERO
from holdfast.replay.fold import Move
from holdfast.venue.candles import Candles

_PCT_STEP = Decimal("0.0001")


class Worst(msgspec.Struct, frozen=True, kw_only=True):
    """The deepest fall of equity: from when to when, how far in quote and in percent."""

    from_time: int
    to_time: int
    amount: Decimal
    pct: Decimal


class DayEnd(msgspec.Struct, kw_only=True):
    """What a day ended with."""

    candles: int = 0
    equity: Decimal = ZERO
    close: Decimal = ZERO
    drawdown_pct: Decimal = ZERO


class Curve(msgspec.Struct, kw_only=True):
    """What the account was worth at the close of each candle."""

    at: list[int]
    equity: list[Decimal]
    hold: list[Decimal]
    drawdown_pct: list[Decimal]
    days: dict[int, DayEnd]
    opening: Decimal
    worst: Worst


def walk(candles: Candles, count: int, moves: Sequence[Move], funded: Sequence[Move]) -> Curve:
    """Value the account at the close of the first `count` candles."""
    own, still = _Account(moves), _Account(funded)
    length = candles.seconds * SECOND
    curve = Curve(
        at=[],
        equity=[],
        hold=[],
        drawdown_pct=[],
        days={},
        opening=ZERO,
        worst=Worst(from_time=0, to_time=0, amount=ZERO, pct=ZERO),
    )
    if count:
        curve.opening = still.worth(candles.at[0], candles.open[0])
    peak, peak_at = curve.opening, candles.at[0] if count else 0
    for index in range(count):
        at, close = candles.at[index] + length, candles.close[index]
        worth = own.worth(at - 1, close)
        if worth > peak:
            peak, peak_at = worth, at
        fall = peak - worth
        curve.at.append(at)
        curve.equity.append(worth)
        curve.hold.append(still.worth(at - 1, close))
        pct = share(fall, peak)
        curve.drawdown_pct.append(pct)
        if pct > curve.worst.pct:
            curve.worst = Worst(from_time=peak_at, to_time=at, amount=fall, pct=pct)
        _end_day(curve, candles.at[index], worth, close, pct)
    return curve


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Say how many percent of the whole a part is, to four decimals; 0 of nothing."""
    if not whole:
        return ZERO
    return (part * HUNDRED / whole).quantize(_PCT_STEP, ROUND_HALF_EVEN)


def shown(curve: Curve, most: int) -> list[int]:
    """Choose points for a plot: the lowest, highest and last of each stretch, in order of time."""
    size = len(curve.at)
    stretch = max(1, -(-size * 3 // most))
    kept: set[int] = {0, size - 1} if size else set()
    for start in range(0, size, stretch):
        span = range(start, min(start + stretch, size))
        kept |= {min(span, key=curve.equity.__getitem__), max(span, key=curve.equity.__getitem__)}
        kept |= {max(span, key=curve.drawdown_pct.__getitem__), span[-1]}
    return sorted(kept)


class _Account:
    """Balances at a time that only moves forward."""

    __slots__ = ("_base", "_moves", "_next", "_quote")

    def __init__(self, moves: Sequence[Move]) -> None:
        self._moves = moves
        self._next = 0
        self._base = self._quote = ZERO

    def worth(self, at: int, mark: Decimal) -> Decimal:
        """Take in what happened up to a time, and value what is there at a mark."""
        moves = self._moves
        while self._next < len(moves) and moves[self._next][0] <= at:
            _, base, quote = moves[self._next]
            self._base += base
            self._quote += quote
            self._next += 1
        return self._base * mark + self._quote


def _end_day(curve: Curve, at: int, worth: Decimal, close: Decimal, pct: Decimal) -> None:
    day = curve.days.get(at // DAY)
    if day is None:
        day = curve.days[at // DAY] = DayEnd()
    day.candles += 1
    day.equity, day.close = worth, close
    day.drawdown_pct = max(day.drawdown_pct, pct)

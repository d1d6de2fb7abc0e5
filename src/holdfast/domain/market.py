"""Describe the market as the desk sees it: candles, and the steps they are walked in.

Times are microseconds UTC. A candle is walked in four steps: open, the extreme nearer to the open,
the other extreme, close, a quarter of its length apart.
"""

from decimal import Decimal
from enum import StrEnum

import msgspec

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Candle(msgspec.Struct, frozen=True, gc=False):
    """One bar of the market; `at` is its opening time."""

    at: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class Regime(StrEnum):
    """What kind of market it was when an entry filled."""

    BEARISH = "bearish"
    RANGING = "ranging"
    BULLISH = "bullish"


def path(candle: Candle) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Say the order in which a candle's prices are assumed to have happened; a tie goes low first.

    >>> path(Candle(0, *map(Decimal, ("10", "11", "8", "9", "1"))))
    (Decimal('10'), Decimal('11'), Decimal('8'), Decimal('9'))
    """
    if candle.high - candle.open < candle.open - candle.low:
        return candle.open, candle.high, candle.low, candle.close
    return candle.open, candle.low, candle.high, candle.close

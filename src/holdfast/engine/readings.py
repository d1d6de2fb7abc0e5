"""Say what signals last read off closed candles, as decisions may use it.

Signals compute in floats; what crosses into a decision is a Reading, rounded once (signals.crossing).
A reading says by `*_ready` whether enough candles stood behind it; nobody may act on one that is not.
"""

from decimal import Decimal
from enum import StrEnum

import msgspec

from holdfast.domain.market import Regime
from holdfast.domain.money import ZERO


class Band(StrEnum):
    """How strongly the market trends, by Wilder's ADX; unknown while bars are missing."""

    UNKNOWN = "unknown"
    CHOPPY = "choppy"
    NORMAL = "normal"
    TRENDING = "trending"


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the market; `at` is the close of the newest candle it saw.

    `momentum` is +1, 0 or -1. `probabilities` are those of bearish, ranging, bullish. `volatility` is
    the typical move of a candle in percent. `model` names the version that spoke, 0 for none.
    """

    at: int
    adx: Decimal = ZERO
    adx_ready: bool = False
    band: Band = Band.UNKNOWN
    momentum: int = 0
    momentum_ready: bool = False
    volatility: Decimal = ZERO
    volatility_ready: bool = False
    regime: Regime = Regime.RANGING
    regime_ready: bool = False
    confidence: Decimal = ZERO
    bias: Decimal = ZERO
    probabilities: tuple[Decimal, Decimal, Decimal] = (ZERO, ZERO, ZERO)
    agreement: str = ""
    model: int = 0


def band_of(adx: Decimal, *, ready: bool, choppy_max: Decimal, trending_min: Decimal) -> Band:
    """Name the band of an ADX: below choppy, above trending, both bounds themselves normal.

    >>> low, high = Decimal(20), Decimal(30)
    >>> [band_of(Decimal(x), ready=True, choppy_max=low, trending_min=high).value
    ...  for x in ("19.99", "20", "30", "30.01")]
    ['choppy', 'normal', 'normal', 'trending']
    """
    if not ready:
        return Band.UNKNOWN
    if adx < choppy_max:
        return Band.CHOPPY
    return Band.TRENDING if adx > trending_min else Band.NORMAL

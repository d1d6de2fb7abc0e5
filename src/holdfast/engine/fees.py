"""Say what fee the fills of resting orders were charged, beside the one the profile names (D4)."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from holdfast.domain.money import HUNDRED, ZERO

ENOUGH = 10
_PLACES = Decimal("0.0001")


class FeeSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The usual rate in percent, None while fills are too few, and how far it is from the profile's."""

    samples: int
    observed_pct: Decimal | None
    away_pct: Decimal | None
    differs: bool


def rate_of(fee: Decimal, cost: Decimal) -> Decimal:
    """Say a fee in percent of what traded."""
    return fee * HUNDRED / cost if cost > ZERO else ZERO


def fee_seen(rates: Sequence[Decimal], configured: Decimal, threshold_pct: Decimal) -> FeeSeen:
    """Compare the median rate with the configured one; only more than the threshold differs.

    >>> fee_seen([Decimal("0.20")] * 10, Decimal("0.25"), Decimal(10)).differs
    True
    """
    if len(rates) < ENOUGH:
        return FeeSeen(samples=len(rates), observed_pct=None, away_pct=None, differs=False)
    ordered, middle = sorted(rates), len(rates) // 2
    usual = ordered[middle] if len(rates) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    away = abs(usual - configured) * HUNDRED / configured if configured > ZERO else HUNDRED
    if usual == configured:
        away = ZERO
    return FeeSeen(
        samples=len(rates),
        observed_pct=usual.quantize(_PLACES, ROUND_HALF_EVEN),
        away_pct=away.quantize(_PLACES, ROUND_HALF_EVEN),
        differs=away > threshold_pct,
    )

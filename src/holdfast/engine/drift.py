"""Compare how an account grew with what the desk earned (core 3.6).

Growth is measured in base at one and the same price, so that a price that moves is no drift. The
desk's part is what the books explain. No figure is made up: without a price, a beginning or a balance
there is none.
"""

from decimal import Decimal

import msgspec

from holdfast.domain.money import HUNDRED, ZERO


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """What an account holds in all, free and held."""

    base: Decimal
    quote: Decimal

    def in_base(self, price: Decimal) -> Decimal:
        """Say what it is worth in base."""
        return self.base + self.quote / price


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """What of an account's growth nobody can explain, in base and in percent of its beginning."""

    baseline: Decimal
    current: Decimal
    growth: Decimal
    earned: Decimal
    drift: Decimal
    drift_pct: Decimal

    def exceeds(self, threshold_pct: Decimal) -> bool:
        """Say whether it is above a threshold, whichever way."""
        return abs(self.drift_pct) > threshold_pct


def drift_of(
    baseline: Holdings | None, current: Holdings | None, price: Decimal, earned_quote: Decimal
) -> Drift | None:
    """Work the drift out; `earned_quote` is what the desk says it made, open exits at the price."""
    if baseline is None or current is None or price <= ZERO:
        return None
    began, now = baseline.in_base(price), current.in_base(price)
    if began <= ZERO:
        return None
    growth, earned = now - began, earned_quote / price
    drift = growth - earned
    return Drift(
        baseline=began,
        current=now,
        growth=growth,
        earned=earned,
        drift=drift,
        drift_pct=drift * HUNDRED / began,
    )

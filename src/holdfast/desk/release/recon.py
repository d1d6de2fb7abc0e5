"""Say whether venue and books agree closely enough to give an exit up (core 3.6, design 9).

Rules: each asset must be what the books say; the drift in percent of what the account began with comes
second. What cannot be measured is unknown, never agreed: automatic release stays closed then, and a
person may go on with a warning. A comparison with a real venue counts for a quarter of an hour.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

import msgspec

from holdfast.desk.desk import Desk
from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO
from holdfast.engine.accounts import EXTERNAL
from holdfast.engine.drift import Drift, Holdings, drift_of

STALE = 900 * SECOND
LEAST = Decimal("1e-8")  # what the rounding of a real venue may leave
Told = Mapping[str, tuple[Decimal, Decimal]]  # asset → venue, books


class Standing(StrEnum):
    """How the hard gate stands."""

    OFF = "off"
    OPEN = "open"
    TRIPPED = "tripped"
    UNKNOWN = "unknown"


class Recon(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared, and what follows for releases; `drift` is None where it cannot be said."""

    standing: Standing
    reason: str
    gaps: Mapping[str, Decimal]
    drift: Drift | None
    began_at: int = 0

    @property
    def blocked(self) -> bool:
        """Say whether no release may go on, a person's neither."""
        return self.standing is Standing.TRIPPED

    @property
    def closed(self) -> bool:
        """Say whether automatic release may not go on."""
        return self.standing in {Standing.TRIPPED, Standing.UNKNOWN}


def recon_of(desk: Desk, price: Decimal, threshold_pct: Decimal, *, hard: bool) -> Recon:
    """Compare venue and books now."""
    told = _told(desk)
    gaps = {} if told is None else {asset: theirs - ours for asset, (theirs, ours) in told.items()}
    drift = None if told is None else _drift(desk, told, price)
    standing, reason = _judged(desk, gaps, drift, threshold_pct)
    if not hard:
        standing, reason = Standing.OFF, f"switched off; {reason}"
    return Recon(standing=standing, reason=reason, gaps=gaps, drift=drift)


def _judged(
    desk: Desk, gaps: Mapping[str, Decimal], drift: Drift | None, threshold_pct: Decimal
) -> tuple[Standing, str]:
    held = desk.books.holds.get("recon")
    if held is not None:
        return Standing.TRIPPED, f"recon holds the desk: {held}"
    least = LEAST if desk.venue.endless else ZERO
    apart = [f"{asset} {gap:+f}" for asset, gap in sorted(gaps.items()) if abs(gap) > least]
    if apart:
        return Standing.TRIPPED, f"venue and books differ: {', '.join(apart)}"
    if drift is None:
        what = "no balance of the venue is known" if not gaps else "there is no price or beginning"
        return Standing.UNKNOWN, f"release recon unavailable: {what}"
    if drift.exceeds(threshold_pct):
        return Standing.TRIPPED, (
            f"balance recon drift: {drift.drift_pct:+.4f}% > {threshold_pct:.4f}%"
        )
    return Standing.OPEN, "release recon gate clear"


def _told(desk: Desk) -> Told | None:
    accounts = desk.books.accounts
    if not desk.venue.endless:
        there = desk.venue.balances()
        return {
            asset: (there[asset].total if asset in there else ZERO, accounts.total(asset))
            for asset in (accounts.base, accounts.quote)
        }
    seen = None if desk.equipment.compared is None else desk.equipment.compared()
    if seen is None or desk.now - seen[0] > STALE:
        return None
    return seen[1]


def _drift(desk: Desk, told: Told, price: Decimal) -> Drift | None:
    accounts = desk.books.accounts
    base, quote = accounts.base, accounts.quote
    if base not in told or quote not in told:
        return None
    began = Holdings(base=-accounts.of(EXTERNAL, base), quote=-accounts.of(EXTERNAL, quote))
    ours = Holdings(base=told[base][1], quote=told[quote][1])
    theirs = Holdings(base=told[base][0], quote=told[quote][0])
    earned = (ours.base - began.base) * price + ours.quote - began.quote
    return drift_of(began, theirs, price, earned)

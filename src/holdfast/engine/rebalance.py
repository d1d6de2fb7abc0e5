"""Say how much quote lies idle, and which way entries would lean to bring it to its target (core 3.13, 5.5).

Rules: idle is what neither rests in buys nor is needed for half as many entries again. Mark to market
it is measured against the whole account, quote only against the quote. Whoever asks gets advice.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

import msgspec

from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO

Basis = Literal["mark_to_market", "quote_only"]
RUNWAY = Decimal("1.5")
ONE, HALF = Decimal(1), Decimal("0.5")
_PLACES = Decimal("0.000001")


class Rebalancing(msgspec.Struct, frozen=True, kw_only=True):
    """The knobs of the controller; times are microseconds."""

    basis: Basis = "mark_to_market"
    target: Decimal = Decimal("0.4")
    interval: int = 300 * SECOND
    halflife: int = 1800 * SECOND
    kp: Decimal = Decimal(2)
    kd: Decimal = HALF
    max_skew: Decimal = Decimal("0.3")
    max_step: Decimal = Decimal("0.05")
    neutral: Decimal = Decimal("0.05")
    max_mult: Decimal = Decimal("1.5")
    sensitivity: Decimal = ONE


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """Idle quote, and what part of the account and of the quote it is."""

    quote: Decimal
    mark_to_market: Decimal
    quote_only: Decimal


class Lean(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured last: time, smoothed ratio, its error, and the lean that follows.

    A lean above 0 asks for larger buys, one below for larger sells.
    """

    at: int
    smoothed: Decimal
    error: Decimal
    skew: Decimal = ZERO


def idle_of(
    quote: Decimal, base: Decimal, mark: Decimal, committed: Decimal, wanted: Decimal
) -> Idle:
    """Measure idle quote by both bases; `wanted` is what the next entries of all slots would take.

    >>> found = idle_of(*map(Decimal, ("100", "1000", "0.1", "2", "2")))
    >>> str(found.quote_only), str(found.mark_to_market)
    ('0.950000', '0.475000')
    """
    idle = max(ZERO, quote - committed - RUNWAY * wanted)
    return Idle(
        quote=idle,
        mark_to_market=_ratio(idle, quote + base * mark),
        quote_only=_ratio(idle, quote),
    )


def ratio_of(idle: Idle, basis: Basis) -> Decimal:
    """Pick the ratio of a basis."""
    return idle.mark_to_market if basis == "mark_to_market" else idle.quote_only


def leaned(
    knobs: Rebalancing, before: Lean | None, ratio: Decimal, at: int, *, throttled: bool
) -> Lean:
    """Measure again: smooth the ratio, and lean by its distance from the target and how it changes.

    `throttled` is a desk in the caution or stop band: it does not lean.
    """
    if before is None:
        return Lean(at=at, smoothed=ratio, error=ratio - knobs.target)
    spent = max(1, at - before.at)
    kept = _rounded(HALF ** (Decimal(spent) / knobs.halflife))
    smoothed = _rounded(before.smoothed * kept + ratio * (ONE - kept))
    error = smoothed - knobs.target
    if throttled or abs(error) <= knobs.neutral:
        wanted = ZERO
    else:
        change = (error - before.error) * SECOND * 60 / spent
        wanted = _within(knobs.kp * error + knobs.kd * change, knobs.max_skew)
    step = _within(wanted - before.skew, knobs.max_step)
    return Lean(at=at, smoothed=smoothed, error=error, skew=_rounded(before.skew + step))


def multiples(knobs: Rebalancing, skew: Decimal) -> tuple[Decimal, Decimal]:
    """Say by what sells and buys would be multiplied: the favoured side grows, the other stays.

    >>> [tuple(map(str, multiples(Rebalancing(), Decimal(s)))) for s in ("0.2", "-0.9")]
    [('1', '1.2'), ('1.5', '1')]
    """
    grown = min(knobs.max_mult, ONE + abs(skew) * knobs.sensitivity)
    return (ONE, grown) if skew > ZERO else (grown, ONE) if skew < ZERO else (ONE, ONE)


def _ratio(part: Decimal, whole: Decimal) -> Decimal:
    return _rounded(part / whole) if whole > ZERO else ZERO


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, ROUND_HALF_EVEN)


def _within(value: Decimal, most: Decimal) -> Decimal:
    return max(-most, min(most, value))

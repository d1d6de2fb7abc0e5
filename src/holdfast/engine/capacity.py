"""Say how full the venue's cap on open orders is, and what may be added under it (core 3.11).

Rules: the cap counts every order, exits too. Worst case is every slot with two entries, or an entry
and an exit: two orders a slot.
"""

from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

import msgspec

from holdfast.domain.money import HUNDRED, ZERO
from holdfast.engine.readings import Band

LOWEST_RATIO, HIGHEST_RATIO = Decimal("0.1"), Decimal(1)
STOP_ROOM, CAUTION_ROOM, CRITICAL_ROOM = 10, 20, 5
ORDERS_A_SLOT = 2
THROTTLE = ((5, 1), (10, 2), (20, 3))  # room under the cap, and the most entries a tick then
BANDS = ((Band.CHOPPY, 3), (Band.NORMAL, 2), (Band.TRENDING, 1))  # entries a tick by trend


class Fit(StrEnum):
    """What is said of more slots."""

    FINE = "fine"
    ADVISE = "advise"
    REFUSED = "refused"


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How many orders rest under the safe part of the cap; None where there is no cap."""

    resting: int
    safe: int | None
    headroom: int | None
    used_pct: Decimal | None
    per_slot: Decimal | None
    slots_left: int | None
    band: str
    hints: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a number of slots needs at worst, and what is said of it."""

    slots: int
    worst: int
    headroom: int | None
    fit: Fit
    reasons: tuple[str, ...]


def safe_cap(cap: int, ratio: Decimal) -> int:
    """Say how many orders may rest: the safe part of the cap, rounded down.

    >>> [safe_cap(225, Decimal(r)) for r in ("0.75", "0.9", "0.05", "2")]
    [168, 202, 22, 225]
    """
    held = min(max(ratio, LOWEST_RATIO), HIGHEST_RATIO)
    return int((cap * held).to_integral_value(ROUND_FLOOR))


def room(resting: int, safe: int | None, slots: int, partial_cancels: int = 0) -> Room:
    """Say how full the cap is, and in which band that is."""
    each = Decimal(resting) / slots if slots else None
    headroom = None if safe is None else safe - resting
    band, hints = band_of_room(headroom, partial_cancels)
    return Room(
        resting=resting,
        safe=safe,
        headroom=headroom,
        used_pct=None if safe is None else _percent(resting, safe),
        per_slot=each,
        slots_left=None if headroom is None else _slots_left(headroom, each),
        band=band,
        hints=hints,
    )


def band_of_room(headroom: int | None, partial_cancels: int) -> tuple[str, tuple[str, ...]]:
    """Name the band: stop below ten or after a cancelled part, caution below twenty.

    >>> [band_of_room(free, 0)[0] for free in (9, 10, 19, 20)]
    ['stop', 'caution', 'caution', 'normal']
    """
    hints = []
    if headroom is not None and headroom < CAUTION_ROOM:
        hints.append("headroom_low" if headroom >= STOP_ROOM else "headroom_exhausted")
    if partial_cancels:
        hints.append("partial_fill_canceled")
    if partial_cancels or (headroom is not None and headroom < STOP_ROOM):
        return "stop", tuple(hints)
    return ("caution" if hints else "normal"), tuple(hints)


def plan_of(slots: int, safe: int | None, target: int, most: int) -> Plan:
    """Say what so many slots need at worst: refused above the safe cap or the largest target.

    >>> [plan_of(n, 168, 80, 100).fit.value for n in (80, 81, 84, 85)]
    ['fine', 'advise', 'advise', 'refused']
    >>> plan_of(100, 202, 100, 100).fit.value, plan_of(101, 202, 100, 100).fit.value
    ('advise', 'refused')
    """
    worst = ORDERS_A_SLOT * slots
    left = None if safe is None else safe - worst
    refused, advice = [], []
    if left is not None and left < 0:
        refused.append(f"{slots} slots need {worst} orders, the safe part of the cap is {safe}")
    elif left is not None and left <= CRITICAL_ROOM:
        advice.append(f"{slots} slots leave room for {left} orders at worst")
    if slots > most:
        refused.append(f"{slots} slots are above the largest target {most}")
    elif slots > target:
        advice.append(f"{slots} slots are above the target {target}")
    fit = Fit.REFUSED if refused else Fit.ADVISE if advice else Fit.FINE
    return Plan(slots=slots, worst=worst, headroom=left, fit=fit, reasons=(*refused, *advice))


def throttled(base: int, headroom: int) -> int:
    """Say how many entries a tick may add, less as the room shrinks (core 2.5).

    >>> [throttled(9, free) for free in (5, 6, 10, 11, 20, 21)]
    [1, 2, 2, 3, 3, 9]
    """
    for least, most in THROTTLE:
        if headroom <= least:
            return min(base, most)
    return base


def banded(base: int, band: Band) -> int:
    """Say how many entries a tick may add in a trend band; an unknown one changes nothing."""
    return next((min(base, most) for name, most in BANDS if name is band), base)


def _percent(part: int, whole: int) -> Decimal:
    return Decimal(part) * HUNDRED / whole if whole else ZERO


def _slots_left(headroom: int, each: Decimal | None) -> int:
    if headroom <= 0 or not each:
        return 0
    return int((headroom / each).to_integral_value(ROUND_FLOOR))

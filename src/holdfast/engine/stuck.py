"""Say how old waiting exits are, and how much of the account they hold (core 3.7, design 9).

Rules: ages are raw and buckets end below their bound; every exit counts as waiting, one of
`stuck_min_age` or more as stuck; shares are of the whole account at the mark, free and held.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from holdfast.domain.market import DAY, HOUR
from holdfast.domain.money import HUNDRED, ZERO
from holdfast.domain.slots import LEG_B, LegName, Lot

EDGES = (HOUR, 6 * HOUR, DAY, 7 * DAY)
WARN_AGE = 3 * DAY


class Vintage(msgspec.Struct, frozen=True, kw_only=True):
    """Waiting exits by age, and what they hold; the oldest age in microseconds."""

    counts: tuple[int, ...]
    oldest: int
    waiting: Decimal
    stuck: Decimal
    stuck_count: int


def vintage_of(lots: Iterable[Lot], now: int, mark: Decimal, stuck_min_age: int) -> Vintage:
    """Sort the lots that wait for their exit; capital is what they hold at the mark."""
    counts = [0] * (len(EDGES) + 1)
    oldest = stuck_count = 0
    waiting = stuck = ZERO
    for lot in lots:
        age = max(0, now - lot.opened_at)
        counts[bisect_right(EDGES, age)] += 1
        oldest = max(oldest, age)
        left = lot.size - lot.closed
        waiting += left
        if age >= stuck_min_age:
            stuck += left
            stuck_count += 1
    return Vintage(
        counts=tuple(counts),
        oldest=oldest,
        waiting=waiting * mark,
        stuck=stuck * mark,
        stuck_count=stuck_count,
    )


def share_pct(part: Decimal, whole: Decimal) -> Decimal:
    """Say a part of the whole in percent, 0 of nothing."""
    return part * HUNDRED / whole if whole > ZERO else ZERO


def spread(sizes: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """Say the smallest, the median and the largest of some sizes, 0 of none."""
    ordered = sorted(sizes) or [ZERO]
    middle = len(ordered) // 2
    median = ordered[middle]
    if len(ordered) % 2 == 0:
        median = (ordered[middle - 1] + median) / 2
    return ordered[0], median, ordered[-1]


def unrealized(lots: Iterable[tuple[LegName, Lot]], mark: Decimal) -> Decimal:
    """Say what open lots would give at the mark, before fees; what was closed counts as it traded."""
    total = ZERO
    for leg, lot in lots:
        gain = (lot.size - lot.closed) * mark + lot.proceeds - lot.cost
        total += gain if leg is LEG_B else -gain
    return total


def opportunity_cost(
    age_hours: Decimal, cost: Decimal, capital: Decimal, hourly: Decimal
) -> Decimal:
    """Say what the money in one exit might have earned elsewhere; 0 where anything is missing."""
    if min(age_hours, cost, capital, hourly) <= ZERO:
        return ZERO
    return age_hours * hourly * cost / capital

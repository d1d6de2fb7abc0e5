"""List the exits that still wait when a replay ends, and sort them by age.

Age is market time since the entry filled. What an exit would bring now is told at the last mark,
without fees: it is an estimate, and nothing is booked.
"""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from holdfast.domain.market import DAY, HOUR
from holdfast.domain.money import ZERO
from holdfast.domain.slots import LegName, Lot, Slot, exit_side
from holdfast.replay.equity import share

AGES = (
    ("under 1 h", HOUR),
    ("1 to 6 h", 6 * HOUR),
    ("6 to 24 h", DAY),
    ("1 to 3 days", 3 * DAY),
    ("3 to 7 days", 7 * DAY),
    ("7 days and more", None),
)
_CENT = Decimal("0.00000001")


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One exit that is owed: `distance_pct` is how far the mark has still to go."""

    slot: int
    leg: str
    side: str
    recovery: bool
    age_seconds: int
    size: Decimal
    entry_price: Decimal
    exit_price: Decimal
    distance_pct: Decimal
    unrealized: Decimal


class AgeRow(msgspec.Struct, frozen=True, kw_only=True):
    """All waiting exits of one range of ages."""

    age: str
    exits: int
    size: Decimal
    entry_cost: Decimal
    unrealized: Decimal
    mean_distance_pct: Decimal


def waiting(slots: Iterable[Slot], now: int, mark: Decimal) -> list[Waiting]:
    """List every owed exit, oldest first."""
    found = [
        _told(slot, leg, lot, recovery, now, mark)
        for slot in slots
        for leg, lot, recovery in lots_of(slot)
    ]
    return sorted(found, key=lambda one: (-one.age_seconds, one.slot, one.leg))


def lots_of(slot: Slot) -> Iterator[tuple[LegName, Lot, bool]]:
    """Walk what a slot still has to close; True marks one that was set aside."""
    for leg in (slot.a, slot.b):
        if leg.lot is not None:
            yield leg.name, leg.lot, False
    for one in slot.recoveries:
        yield one.leg, one.lot, True


def by_age(exits: Iterable[Waiting]) -> list[AgeRow]:
    """Sum waiting exits by age; every range has a row."""
    groups: dict[str, list[Waiting]] = {name: [] for name, _ in AGES}
    for one in exits:
        micros = one.age_seconds * 1_000_000
        name = next(name for name, end in AGES if end is None or micros < end)
        groups[name].append(one)
    return [_row(name, group) for name, group in groups.items()]


def unrealized(leg: LegName, lot: Lot, mark: Decimal) -> Decimal:
    """Say what closing the rest of a lot at the mark would gain or lose, before fees."""
    left = lot.size - lot.closed
    gain = (mark - lot.price) * left
    return (gain if leg is LegName.B else -gain).quantize(_CENT, ROUND_HALF_EVEN)


def _told(slot: Slot, leg: LegName, lot: Lot, recovery: bool, now: int, mark: Decimal) -> Waiting:
    distance = abs(lot.exit_price - mark) if lot.exit_price else ZERO
    return Waiting(
        slot=slot.slot_id,
        leg=leg.value,
        side=exit_side(leg).value,
        recovery=recovery,
        age_seconds=(now - lot.opened_at) // 1_000_000,
        size=lot.size - lot.closed,
        entry_price=lot.price,
        exit_price=lot.exit_price,
        distance_pct=share(distance, mark),
        unrealized=unrealized(leg, lot, mark),
    )


def _row(name: str, group: list[Waiting]) -> AgeRow:
    distances = sum((one.distance_pct for one in group), ZERO)
    cost = sum((one.entry_price * one.size for one in group), ZERO)
    return AgeRow(
        age=name,
        exits=len(group),
        size=sum((one.size for one in group), ZERO),
        entry_cost=cost.quantize(_CENT, ROUND_HALF_EVEN),
        unrealized=sum((one.unrealized for one in group), ZERO),
        mean_distance_pct=(distances / len(group)).quantize(Decimal("0.0001")) if group else ZERO,
    )

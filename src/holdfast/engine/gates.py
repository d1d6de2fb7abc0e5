"""Judge whether a waiting exit may be given up, and say what was measured (core 3.2, 3.4).

Rules: every gate passes at its bound. A gate whose data is missing is closed. The first tier needs all
gates, the panic tier age alone; the panic tier is latched from the stuck share that arms it down to
the share it drains to. Ages come in microseconds, shares and distances in percent.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import IntEnum

import msgspec

from holdfast.domain.market import SECOND
from holdfast.domain.money import HUNDRED, ZERO
from holdfast.domain.slots import Leg, LegName, Lot, Slot
from holdfast.engine.stuck import share_pct, vintage_of

EDGE = Decimal("1E-9")  # what binary readings of a distance may lack of their bound


class Tier(IntEnum):
    """How far automatic release may go now."""

    NONE = 0
    GATED = 1
    PANIC = 2


class ReleaseRules(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of a profile; ages in microseconds, `tiers` how far automatic release may go."""

    min_age: int
    min_distance_pct: Decimal
    min_strength: Decimal
    max_stuck_pct: Decimal
    panic_stuck_pct: Decimal
    panic_min_age: int
    recovery_target_pct: Decimal
    stuck_min_age: int
    batch: int
    tiers: Tier = Tier.NONE


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One condition: what was measured, None where it cannot be, and what it must reach."""

    name: str
    measured: Decimal | None
    bound: Decimal
    passed: bool
    unit: str

    @property
    def sentence(self) -> str:
        """Say it with its figures.

        >>> Gate(name="age", measured=None, bound=Decimal(5), passed=False, unit="s").sentence
        'age unknown (no, at least 5s)'
        """
        told = "unknown" if self.measured is None else f"{_short(self.measured)}{self.unit}"
        return f"{self.name} {told} ({'ok' if self.passed else 'no'}, at least {_short(self.bound)}{self.unit})"


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One exit that is owed on a leg; `local_id` names its order, None while none rests."""

    slot: int
    leg: LegName
    lot: Lot
    price: Decimal
    local_id: int | None
    client_order_id: str

    def age(self, now: int) -> int:
        """Say how long it has waited; a time before its entry counts as none."""
        return max(0, now - self.lot.opened_at)


def waiting_exits(slot: Slot) -> list[Waiting]:
    """List the exits the legs of a slot owe, oldest first, leg B before A of one age."""
    found = [
        _waiting(slot.slot_id, leg, leg.lot) for leg in (slot.b, slot.a) if leg.lot is not None
    ]
    return sorted(found, key=lambda one: one.lot.opened_at)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one look came to: the tier in force, whether panic is latched, and what is given up."""

    tier: Tier
    latched: bool
    stuck_pct: Decimal
    chosen: tuple[Waiting, ...]


class Selector(msgspec.Struct, frozen=True, kw_only=True):
    """Which exit of a slot is meant: by its order's ids, by its leg, or the oldest."""

    leg: LegName | None = None
    local_id: int | None = None
    client_order_id: str = ""

    def matches(self, one: Waiting) -> bool:
        """Say whether an exit is the one that is named; what is not named does not matter."""
        if self.leg is not None and one.leg is not self.leg:
            return False
        if self.local_id is not None and one.local_id != self.local_id:
            return False
        return not self.client_order_id or one.client_order_id == self.client_order_id


def choose(
    slot: Slot, wanted: Selector, may: Callable[[Waiting], bool] = lambda _: True
) -> Waiting | None:
    """Pick the oldest exit of a slot that is meant and may be given up; None where there is none."""
    return next((one for one in waiting_exits(slot) if wanted.matches(one) and may(one)), None)


def gates_of(
    one: Waiting, mark: Decimal, now: int, strength: Decimal | None, rules: ReleaseRules
) -> tuple[Gate, Gate, Gate]:
    """Judge one exit by age, distance from the mark, and strength of the trend."""
    age = Decimal(one.age(now)) / SECOND
    away = distance_pct(one.price, mark)
    return (
        _gate("age", age, Decimal(rules.min_age) / SECOND, "s"),
        _gate("distance", away, rules.min_distance_pct, "%"),
        _gate("regime", strength, rules.min_strength, ""),
    )


def distance_pct(price: Decimal, mark: Decimal) -> Decimal | None:
    """Say how far a price is from the mark, in percent of the mark; None without either."""
    if mark <= ZERO or price <= ZERO:
        return None
    return abs(price - mark) * HUNDRED / mark


def passes(gates: Iterable[Gate]) -> bool:
    """Say whether every gate is open."""
    return all(gate.passed for gate in gates)


def tier_of(stuck_pct: Decimal, *, latched: bool, rules: ReleaseRules) -> tuple[Tier, bool]:
    """Say which tier the stuck share calls for, and whether the panic tier is latched from now on."""
    if latched and stuck_pct <= rules.recovery_target_pct:
        latched = False
    if stuck_pct > rules.panic_stuck_pct:
        latched = True
    wanted = Tier.PANIC if latched else Tier.GATED if stuck_pct > rules.max_stuck_pct else Tier.NONE
    return min(wanted, rules.tiers), latched


def candidates(
    exits: Iterable[Waiting],
    tier: Tier,
    mark: Decimal,
    now: int,
    strength: Decimal | None,
    rules: ReleaseRules,
) -> list[Waiting]:
    """List the exits a tier may give up, oldest first, the lower slot first of one age."""
    if tier is Tier.NONE:
        return []
    free = [one for one in exits if not one.lot.release]
    if tier is Tier.PANIC:
        found = [one for one in free if one.age(now) >= rules.panic_min_age]
    else:
        found = [one for one in free if passes(gates_of(one, mark, now, strength, rules))]
    return sorted(found, key=lambda one: (one.lot.opened_at, one.slot))


def plan(
    exits: Sequence[Waiting],
    worth: Decimal,
    mark: Decimal,
    now: int,
    strength: Decimal | None,
    rules: ReleaseRules,
    *,
    latched: bool,
    aside: Sequence[Lot] = (),
    may: Callable[[Waiting], bool] = lambda _: True,
) -> Plan:
    """Choose what a tick gives up; what is on its way out counts as gone, lots set aside as stuck.

    An exit that may not be given up now takes no place of one that may.
    """
    staying = [*(one.lot for one in exits if not one.lot.release), *aside]
    stuck = vintage_of(staying, now, mark, rules.stuck_min_age).stuck
    share = share_pct(stuck, worth)
    tier, latched = tier_of(share, latched=latched, rules=rules)
    chosen: list[Waiting] = []
    for one in filter(may, candidates(exits, tier, mark, now, strength, rules)):
        if len(chosen) == rules.batch:
            break
        if tier is Tier.PANIC and share_pct(stuck, worth) <= rules.recovery_target_pct:
            break
        chosen.append(one)
        if one.age(now) >= rules.stuck_min_age:
            stuck -= (one.lot.size - one.lot.closed) * mark
    return Plan(tier=tier, latched=latched, stuck_pct=share, chosen=tuple(chosen))


def _waiting(slot_id: int, leg: Leg, lot: Lot) -> Waiting:
    order = leg.order
    return Waiting(
        slot=slot_id,
        leg=leg.name,
        lot=lot,
        price=lot.exit_price if order is None else order.price,
        local_id=None if order is None else order.local_id,
        client_order_id="" if order is None else order.client_order_id,
    )


def _gate(name: str, measured: Decimal | None, bound: Decimal, unit: str) -> Gate:
    passed = measured is not None and measured + EDGE >= bound
    return Gate(name=name, measured=measured, bound=bound, passed=passed, unit=unit)


def _short(value: Decimal) -> str:
    rounded = value.quantize(Decimal("0.01"))
    return f"{rounded.normalize():f}" if rounded != ZERO else "0"

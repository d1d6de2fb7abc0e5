"""Say what must hold of a slot after every step; return breaches, never raise (core 1.7).

A leg may be idle only with a reason. Tests, the live check and `ledger verify` share this list.
"""

from collections.abc import Iterator

from holdfast.domain.money import ZERO
from holdfast.domain.slots import (
    BUY,
    ENTRY,
    EXIT,
    SELL,
    Block,
    Leg,
    Order,
    Phase,
    Role,
    Side,
    Slot,
    entry_side,
    exit_side,
    is_idle,
    phase,
)

TWO_SIDED = "S0 must be exactly A sell entry + B buy entry"
LONG_ONLY = "S0 long_only must be exactly one buy entry"
SHORT_ONLY = "S0 short_only must be exactly one sell entry"
A_OPEN = "S1a must be one buy exit + one buy entry"
B_OPEN = "S1b must be one sell exit + one sell entry"
ANCHOR = "s2_entered_at must be null outside S2"


def breaches(slot: Slot) -> list[str]:
    """List what is wrong with a slot, shape first."""
    if is_plain(slot):
        return []
    found = list(_shape(slot))
    if slot.s2_entered_at is not None and phase(slot) is not Phase.S2:
        found.append(ANCHOR)
    for leg in (slot.a, slot.b):
        found.extend(_leg(leg))
    found.extend(_numbers(slot))
    return found


def is_plain(slot: Slot) -> bool:
    """Say quickly that a slot without recoveries rests one sound order on each leg."""
    a, b = slot.a, slot.b
    one, two = a.order, b.order
    if one is None or two is None or slot.recoveries or slot.s2_entered_at is not None:
        return False
    first, second, last = one.local_id, two.local_id, slot.next_local_id
    return (
        first < last > second
        and one.client_order_id != two.client_order_id
        and _is_sound(a, one, SELL)
        and _is_sound(b, two, BUY)
    )


def _is_sound(leg: Leg, order: Order, opening: Side) -> bool:
    lot, filled = leg.lot, order.filled
    if not (filled < order.size and leg.cycle > 0) or (filled and filled < ZERO):
        return False
    if lot is None:
        return order.role is ENTRY and order.side is opening
    size, closed = lot.size, lot.closed
    return (
        order.role is EXIT
        and order.side is not opening
        and lot.price > ZERO
        and size > ZERO
        and (not closed or closed <= size)
    )


def _excused(leg: Leg) -> bool:
    return is_idle(leg) and leg.block is not Block.NONE


def _has_entry(leg: Leg) -> bool:
    return leg.order is not None and leg.order.role is Role.ENTRY


def _shape(slot: Slot) -> Iterator[str]:
    a, b = slot.a, slot.b
    label = phase(slot)
    if label is Phase.S0:
        yield from _no_exit(a, b)
    elif label is Phase.S1A and not _excused(b) and not _has_entry(b):
        yield A_OPEN
    elif label is Phase.S1B and not _excused(a) and not _has_entry(a):
        yield B_OPEN


def _no_exit(a: Leg, b: Leg) -> Iterator[str]:
    if _excused(a):
        if not _excused(b) and not _has_entry(b):
            yield LONG_ONLY
    elif _excused(b):
        if not _has_entry(a):
            yield SHORT_ONLY
    elif not (_has_entry(a) and _has_entry(b)):
        yield TWO_SIDED


def _leg(leg: Leg) -> Iterator[str]:
    if leg.cycle < 1:
        yield f"cycle of leg {leg.name} must be at least 1"
    lot, order = leg.lot, leg.order
    if lot is not None:
        if lot.price <= ZERO:
            yield f"exit of leg {leg.name} must have an entry price"
        if lot.size <= ZERO or lot.closed > lot.size:
            yield f"lot of leg {leg.name} must close at most what its entry filled"
    if order is not None:
        yield from _order(leg, order)


def _order(leg: Leg, order: Order) -> Iterator[str]:
    wanted = entry_side(leg.name) if order.role is Role.ENTRY else exit_side(leg.name)
    if order.side is not wanted:
        yield f"{order.role} of leg {leg.name} must {wanted}"
    if order.size <= ZERO:
        yield f"order {order.local_id} must have a size"
    if order.filled >= order.size or order.filled < ZERO:
        yield f"order {order.local_id} must have something left to fill"
    if (order.role is Role.EXIT) is not (leg.lot is not None):
        yield f"leg {leg.name} must rest an exit for its lot and an entry without one"


def _numbers(slot: Slot) -> Iterator[str]:
    orders = [leg.order for leg in (slot.a, slot.b) if leg.order is not None]
    orders += [recovery.order for recovery in slot.recoveries if recovery.order is not None]
    names = [order.client_order_id for order in orders]
    if len(set(names)) < len(names):
        yield "duplicate client_order_id"
    if any(order.local_id >= slot.next_local_id for order in orders):
        yield "a local_id must be below the next one"
    ids = [recovery.recovery_id for recovery in slot.recoveries]
    if len(set(ids)) < len(ids) or any(one >= slot.next_recovery_id for one in ids):
        yield "recovery ids must be unique and below the next one"

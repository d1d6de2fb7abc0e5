"""Find the parts of a slot by their names, and put a changed part back.

The anchor of the both-open state falls when a leg stops owing an exit.
"""

from msgspec.structs import replace

from holdfast.domain.errors import InvariantBroken
from holdfast.domain.slots import LEG_A, Leg, LegName, Order, Recovery, Slot


def leg_of(slot: Slot, name: LegName) -> Leg:
    """Pick one leg of a slot."""
    return slot.a if name is LEG_A else slot.b


def order_of(slot: Slot, client_order_id: str) -> Order:
    """Pick a live order of a slot; raise InvariantBroken where it has none of that id."""
    live = [slot.a.order, slot.b.order, *(recovery.order for recovery in slot.recoveries)]
    for order in live:
        if order is not None and order.client_order_id == client_order_id:
            return order
    raise InvariantBroken(f"slot {slot.slot_id} has no live order {client_order_id}")


def recovery_of(slot: Slot, recovery_id: int) -> Recovery:
    """Pick one recovery of a slot; raise InvariantBroken where there is none."""
    for recovery in slot.recoveries:
        if recovery.recovery_id == recovery_id:
            return recovery
    raise InvariantBroken(f"slot {slot.slot_id} has no recovery {recovery_id}")


def with_leg(slot: Slot, leg: Leg) -> Slot:
    """Put a leg in the place of the one of its name."""
    if slot.s2_entered_at is not None and leg.lot is None:
        slot = replace(slot, s2_entered_at=None)
    return replace(slot, a=leg) if leg.name is LEG_A else replace(slot, b=leg)


def with_recovery(slot: Slot, recovery: Recovery) -> Slot:
    """Put a recovery in the place of the one of its number."""
    kept = tuple(
        recovery if other.recovery_id == recovery.recovery_id else other
        for other in slot.recoveries
    )
    return replace(slot, recoveries=kept)


def without_recovery(slot: Slot, recovery_id: int) -> tuple[Recovery, ...]:
    """List the recoveries but one."""
    return tuple(other for other in slot.recoveries if other.recovery_id != recovery_id)

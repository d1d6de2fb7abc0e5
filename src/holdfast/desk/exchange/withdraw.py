"""Take resting entries off the book while the execution mode asks for it; exits stay."""

from holdfast.desk.desk import Desk
from holdfast.desk.turn import Turn
from holdfast.domain.slots import ENTRY, OrderStatus, Slot
from holdfast.engine.inputs import CancelWanted


def entries_left(desk: Desk) -> int:
    """Count entries that rest, or may rest, at the venue."""
    return sum(_entries(slot) for slot in desk.books.slots.values())


def withdraw(desk: Desk, reason: str) -> int:
    """Ask for the end of every resting entry, once each; say how many were asked for."""
    asked = 0
    turn = Turn(desk, desk.now, desk.mark or desk.rules.instrument.price_tick)
    for slot_id, slot in sorted(desk.books.slots.items()):
        if _entries(slot, OrderStatus.PLACED):
            turn.slot(slot_id, CancelWanted(reason=reason))
            asked += 1
    if turn.events:
        desk.ledger.commit(turn.at, [*turn.events, *turn.notes])
        for note in turn.notes:
            desk.books.apply(turn.at, note)
        desk.outbox.extend(turn.intents)
        desk.watch_again()
    return asked


def _entries(slot: Slot, status: OrderStatus | None = None) -> int:
    orders = [leg.order for leg in (slot.a, slot.b) if leg.order is not None]
    return sum(
        order.role is ENTRY and (status is None or order.status is status) for order in orders
    )

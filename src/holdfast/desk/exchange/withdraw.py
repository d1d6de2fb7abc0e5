"""Take resting entries off the book while the execution mode asks for it; exits stay."""

from collections.abc import Iterable, Sequence

from holdfast.desk.desk import Desk
from holdfast.desk.turn import Turn
from holdfast.domain.slots import ENTRY, OrderStatus, Slot
from holdfast.engine.inputs import CancelWanted


def entries_left(desk: Desk) -> int:
    """Count entries that rest, or may rest, at the venue."""
    return sum(_entries(slot) for slot in desk.books.slots.values())


def withdraw(desk: Desk, reason: str) -> int:
    """Ask for the end of every resting entry, once each; say how many were asked for."""
    slots = sorted(desk.books.slots.items())
    wanted = [number for number, slot in slots if _entries(slot, OrderStatus.PLACED)]
    _ask(desk, [(number, CancelWanted(reason=reason)) for number in wanted])
    return len(wanted)


def withdraw_named(desk: Desk, names: Iterable[str], reason: str) -> None:
    """Ask for the end of the entries named, as a tightened limit does."""
    live = desk.books.orders
    _ask(
        desk,
        [
            (live[name], CancelWanted(reason=reason, client_order_id=name))
            for name in names
            if name in live
        ],
    )


def _ask(desk: Desk, wanted: Sequence[tuple[int, CancelWanted]]) -> None:
    turn = Turn(desk, desk.now, desk.mark or desk.rules.instrument.price_tick)
    for slot_id, cancel in wanted:
        turn.slot(slot_id, cancel)
    if turn.events:
        desk.ledger.commit(turn.at, [*turn.events, *turn.notes])
        for note in turn.notes:
            desk.books.apply(turn.at, note)
        desk.outbox.extend(turn.intents)
        desk.watch_again()


def _entries(slot: Slot, status: OrderStatus | None = None) -> int:
    orders = [leg.order for leg in (slot.a, slot.b) if leg.order is not None]
    return sum(
        order.role is ENTRY and (status is None or order.status is status) for order in orders
    )

"""Move recovery orders of cycling slots to just off the mark, because a person asked for it.

An order is cancelled first and placed anew only when its end is proven, so that no position is ever
offered twice; what fills meanwhile is booked. No policy calls this: it may book a loss.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from holdfast.desk.desk import Desk
from holdfast.desk.turn import Turn
from holdfast.domain.money import HUNDRED
from holdfast.domain.slots import OrderStatus, Recovery, Slot
from holdfast.engine.inputs import SoftCloseWanted

Target = tuple[Slot, Recovery]


def resting(slots: Iterable[Slot]) -> list[Target]:
    """List the recovery orders of cycling slots that rest, oldest first."""
    found = [
        (slot, recovery)
        for slot in slots
        if not slot.sticky
        for recovery in slot.recoveries
        if recovery.order is not None and recovery.order.status is OrderStatus.PLACED
    ]
    return sorted(found, key=lambda one: (one[1].orphaned_at, one[0].slot_id, one[1].recovery_id))


def distance_pct(recovery: Recovery, mark: Decimal) -> Decimal:
    """Say how far a recovery's order rests from the mark, in percent of it."""
    price = recovery.order.price if recovery.order else recovery.lot.exit_price
    return abs(price - mark) * HUNDRED / mark


def soft_close(desk: Desk, targets: Sequence[Target]) -> None:
    """Ask for the end of these orders, in one transaction; each is placed again just off the mark."""
    turn = Turn(desk, desk.now, desk.mark)
    for slot, recovery in targets:
        turn.slot(slot.slot_id, SoftCloseWanted(recovery.recovery_id))
    desk.ledger.commit(desk.now, [*turn.events, *turn.notes])
    for note in turn.notes:
        desk.books.apply(desk.now, note)
    desk.outbox.extend(turn.intents)
    desk.watch_again()

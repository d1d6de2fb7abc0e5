"""Leave nothing in flight when a run ends: send what was committed, hear what the venue made of it.

After it the books' venue accounts equal the venue's own to the last unit, in every state a run can end.
"""

from holdfast.desk.desk import Desk
from holdfast.desk.execute import send
from holdfast.desk.reconcile import reconcile
from holdfast.desk.turn import Turn
from holdfast.domain.slots import OrderStatus
from holdfast.engine.parts import order_of

ROUNDS = 20  # an answer may ask for another order; a run does not end before they are rare


def settle(desk: Desk) -> None:
    """Send the outbox and look up orders whose end is on its way, until neither is left."""
    for _ in range(ROUNDS):
        if not desk.mark or not (desk.outbox or _ends_due(desk)):
            return
        desk.counters.begin_tick()
        send(Turn(desk, desk.now, desk.mark))
        if not desk.outbox:
            reconcile(desk)


def _ends_due(desk: Desk) -> bool:
    slots = desk.books.slots
    return any(
        order_of(slots[slot_id], client_order_id).status is OrderStatus.CANCELING
        for client_order_id, slot_id in desk.books.orders.items()
    )

"""Send what was committed to the venue, and commit what it answers.

Exits go first, then cancels, moves and entries. What the call budget does not cover stays in the
outbox, already committed, and goes first in the next tick.
"""

from holdfast.desk.desk import Desk
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import AnomalyNoted, Note, ReceiptsNoted
from holdfast.domain.intents import CancelOrder, Intent, PlaceOrder, RepriceOrder
from holdfast.domain.observations import End, Receipt
from holdfast.domain.slots import Role
from holdfast.engine.inputs import CancelWanted

ACCEPTED, REFUSED, UNKNOWN = "accepted", "refused", "unknown"


def send(turn: Turn) -> None:
    """Send the outbox and the intents of this step; commit the receipts."""
    desk = turn.desk
    if not (turn.intents or desk.outbox):
        return
    desk.outbox.extend(sorted(turn.intents, key=_class_of))
    answers: list[tuple[Intent, Receipt]] = []
    allowed = desk.limits.calls_per_tick - _sent_before(turn)
    while desk.outbox and len(answers) < allowed:
        intent = desk.outbox.popleft()
        answers.append((intent, _ask(desk, intent)))
    _take_in(turn, answers)


def _sent_before(turn: Turn) -> int:
    return max(0, turn.desk.counters.calls_used - len(turn.intents) - len(turn.desk.outbox))


def _class_of(intent: Intent) -> int:
    if isinstance(intent, PlaceOrder):
        return 0 if intent.role is Role.EXIT else 3
    return 1 if isinstance(intent, CancelOrder) else 2


def _ask(desk: Desk, intent: Intent) -> Receipt:
    if isinstance(intent, PlaceOrder):
        return desk.venue.place(intent)
    if isinstance(intent, RepriceOrder):
        return desk.venue.reprice(intent)
    return desk.venue.cancel(intent)


def _take_in(turn: Turn, answers: list[tuple[Intent, Receipt]]) -> None:
    desk = turn.desk
    follow = Turn(desk, turn.at, turn.mark)
    named: dict[str, list[str]] = {"accepted": [], "repriced": [], "canceled": [], "unknown": []}
    for intent, receipt in answers:
        if receipt.outcome == ACCEPTED:
            named[_KINDS[type(intent)]].append(receipt.client_order_id)
        elif receipt.outcome == UNKNOWN:
            named["unknown"].append(receipt.client_order_id)
        else:
            _refused(follow, intent, receipt)
    notes: list[Note] = list(follow.notes)
    if any(named.values()):
        notes.append(ReceiptsNoted(**{name: tuple(ids) for name, ids in named.items()}))
    if notes or follow.events:
        desk.ledger.commit(turn.at, [*follow.events, *notes])
        for note in notes:
            desk.books.apply(turn.at, note)
    if follow.intents:
        desk.outbox.extend(sorted(follow.intents, key=_class_of))
    turn.touched |= follow.touched


def _refused(turn: Turn, intent: Intent, receipt: Receipt) -> None:
    desk = turn.desk
    desk.counters.orders_refused += 1
    if isinstance(intent, PlaceOrder):
        turn.order(
            End(
                client_order_id=receipt.client_order_id,
                status="refused",
                reason=receipt.reason,
            )
        )
    elif isinstance(intent, RepriceOrder) and receipt.reason != "not_open":
        slot_id = desk.books.orders.get(receipt.client_order_id)
        if slot_id is not None:
            wanted = CancelWanted(reason="reprice_refused", client_order_id=receipt.client_order_id)
            turn.slot(slot_id, wanted)
    else:
        detail = f"{type(intent).__name__} {receipt.client_order_id}: {receipt.reason}"
        turn.notes.append(AnomalyNoted(kind="refused", detail=detail))


_KINDS: dict[type, str] = {
    PlaceOrder: "accepted",
    RepriceOrder: "repriced",
    CancelOrder: "canceled",
}

"""Send what was committed to the venue, and commit what it answers.

Exits go first, then cancels, moves and entries. What the call budget does not cover stays in the
outbox, already committed, and goes first in the next tick.
"""

from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import AnomalyNoted, Note, ReceiptsNoted
from holdfast.domain.events import Event
from holdfast.domain.intents import CancelOrder, Intent, PlaceOrder, RepriceOrder
from holdfast.domain.observations import End, Receipt
from holdfast.domain.slots import EXIT
from holdfast.engine.inputs import CancelFailed, CancelWanted
from holdfast.engine.parts import order_of
from holdfast.redaction.redactor import REDACTOR

ACCEPTED, REFUSED, UNKNOWN = "accepted", "refused", "unknown"
QUIETING = frozenset({"rate_limit", "maintenance"})
PASSING = QUIETING | {"nonce"}  # a cancel refused for these is asked for again
_NO_WONDER = PASSING | {
    "not_open"
}  # on a venue whose orders end by themselves: its end is heard of


def send(turn: Turn) -> None:
    """Send the outbox and the intents of this step; commit the receipts."""
    desk = turn.desk
    outbox = desk.outbox
    if not (turn.intents or outbox):
        return
    allowed = allowance(turn)
    outbox.extend(_in_order(turn))
    accepted: list[str] = []
    others: list[tuple[Intent, Receipt]] = []
    venue = desk.venue
    for _ in range(min(allowed, len(outbox))):
        intent = outbox.popleft()
        if type(intent) is PlaceOrder:
            receipt = venue.place(intent)
            if receipt.outcome == ACCEPTED:
                accepted.append(receipt.client_order_id)
                continue
        elif type(intent) is RepriceOrder:
            receipt = venue.reprice(intent)
        else:
            receipt = venue.cancel(intent)  # type: ignore[arg-type]  # what is left
        others.append((intent, receipt))
    take_in(turn, accepted, others)


def _in_order(turn: Turn) -> list[Intent]:
    return sorted(turn.intents, key=class_of) if turn.is_mixed else turn.intents


def allowance(turn: Turn) -> int:
    """Say how many calls this tick still has for what was decided before and now."""
    desk = turn.desk
    planned = len(turn.intents) + len(desk.outbox)
    return desk.limits.calls_per_tick - max(0, desk.counters.calls_used - planned)


def class_of(intent: Intent) -> int:
    """Say when an intent leaves: exits 0, cancels 1, moves 2, entries 3."""
    if type(intent) is PlaceOrder:
        return 0 if intent.role is EXIT else 3
    return 1 if isinstance(intent, CancelOrder) else 2


def take_in(turn: Turn, accepted: list[str], others: list[tuple[Intent, Receipt]]) -> None:
    """Commit what the venue answered, and what follows from what it refused."""
    notes: list[Note] = []
    events: list[Event] = []
    if others:
        follow = Turn(turn.desk, turn.at, turn.mark)
        notes.append(_sort(follow, accepted, others))
        notes += follow.notes
        events = follow.events
        turn.desk.outbox.extend(_in_order(follow))
        turn.touched |= follow.touched
    elif accepted:
        notes = [ReceiptsNoted(tuple(accepted))]
    if notes:
        turn.desk.ledger.commit(turn.at, [*events, *notes] if events else notes)
        for note in notes:
            turn.desk.books.apply(turn.at, note)


def _sort(turn: Turn, accepted: list[str], others: list[tuple[Intent, Receipt]]) -> ReceiptsNoted:
    moved: list[str] = []
    canceled: list[str] = []
    unknown: list[str] = []
    refused: list[str] = []
    for intent, receipt in others:
        if receipt.outcome == UNKNOWN:
            unknown.append(receipt.client_order_id)
        elif receipt.outcome != ACCEPTED:
            _refused(turn, intent, receipt)
            if not isinstance(intent, PlaceOrder):
                refused.append(receipt.client_order_id)
        elif isinstance(intent, RepriceOrder):
            moved.append(receipt.client_order_id)
        else:
            canceled.append(receipt.client_order_id)
    return ReceiptsNoted(
        accepted=tuple(accepted),
        repriced=tuple(moved),
        canceled=tuple(canceled),
        unknown=tuple(unknown),
        refused=tuple(refused),
    )


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
    elif (
        isinstance(intent, RepriceOrder) and receipt.reason == "not_open" and _is_over(turn, intent)
    ):
        turn.order(End(client_order_id=intent.client_order_id, status="filled", reason="not_moved"))
    elif isinstance(intent, RepriceOrder) and receipt.reason != "not_open":
        slot_id = desk.books.orders.get(receipt.client_order_id)
        if slot_id is not None:
            wanted = CancelWanted(reason="reprice_refused", client_order_id=receipt.client_order_id)
            turn.slot(slot_id, wanted)
    elif not (desk.venue.endless and receipt.reason in _NO_WONDER):
        if isinstance(intent, CancelOrder) and _rests_on(turn, intent, receipt.reason):
            failed = CancelFailed(client_order_id=intent.client_order_id, reason=receipt.reason)
            turn.slot(desk.books.orders[intent.client_order_id], failed)
        detail = f"{type(intent).__name__} {receipt.client_order_id}: {receipt.reason}"
        turn.notes.append(REDACTOR.note(AnomalyNoted(kind="refused", detail=detail)))


def _rests_on(turn: Turn, cancel: CancelOrder, reason: str) -> bool:
    """Say whether an exit stays on the book though its cancel was asked for."""
    known = cancel.client_order_id in turn.desk.books.orders
    return known and cancel.role is EXIT and reason != "not_open" and reason not in PASSING


def _is_over(turn: Turn, change: RepriceOrder) -> bool:
    """Say whether an order filled whole at its old size, short of the one it was to be moved to."""
    desk, order_id = turn.desk, change.client_order_id
    if desk.venue.endless:
        return False  # its end comes with the next look
    slot_id, found = desk.books.orders.get(order_id), desk.venue.order(order_id)
    if slot_id is None or found is None or found.status != "filled":
        return False
    return order_of(desk.books.slots[slot_id], order_id).filled == found.filled

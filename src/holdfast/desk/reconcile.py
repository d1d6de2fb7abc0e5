"""Agree with the venue before the first tick: what the last life left open is resolved by proof.

Order: executions the books have not seen; then every live order is looked up. One the venue never
got is ended as refused, so that a new attempt may follow; one that ended is ended here; a cancel or
a move the venue did not get is asked again, which changes nothing where it did. Orders of others
are named and never touched. Books and venue must then agree to the last unit, or `recon` holds.
"""

from itertools import groupby

from holdfast.desk.desk import Desk
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import HoldCleared, HoldSet, Note, ReceiptsNoted, ReconcileNoted
from holdfast.domain.intents import CancelOrder, RepriceOrder
from holdfast.domain.observations import End, Execution
from holdfast.domain.slots import Order, OrderStatus
from holdfast.engine.intents import NOT_PLACED
from holdfast.engine.parts import order_of
from holdfast.venue.port import VenueOrder


def reconcile(desk: Desk) -> ReconcileNoted:
    """Bring books and venue together; return what was done."""
    filled = _missed_fills(desk)
    ended, asked = _live_orders(desk)
    known = desk.books.orders
    open_now = desk.venue.open_orders()
    foreign = tuple(row.client_order_id for row in open_now if row.client_order_id not in known)
    gaps = differences(desk)
    note = ReconcileNoted(
        resent=asked,
        adopted=0,
        filled=filled,
        ended=ended,
        foreign=foreign,
        agreed=not gaps,
    )
    desk.note(note, *_hold(desk, gaps))
    desk.reindex()
    return note


def differences(desk: Desk) -> list[str]:
    """Say where the venue's balances are not what the books say, per asset."""
    accounts = desk.books.accounts
    found = []
    for asset, balance in sorted(desk.venue.balances().items()):
        theirs, ours = balance.total, accounts.total(asset)
        if theirs != ours:
            found.append(f"{asset}: venue {theirs}, books {ours}")
    return found


def _hold(desk: Desk, gaps: list[str]) -> list[Note]:
    if not desk.books.rules_digest:
        return []  # a fresh ledger takes over what the venue says
    if gaps:
        return [HoldSet(name="recon", reason="; ".join(gaps))]
    if "recon" in desk.books.holds:
        return [HoldCleared(name="recon", reason="books and venue agree")]
    return []


def _missed_fills(desk: Desk) -> int:
    after = desk.now  # the last step taken in; `books.market_time` is that of their last fold
    missed = [row for row in desk.venue.executions(after) if row[0] > after]
    for at, rows in groupby(missed, key=lambda row: row[0]):
        batch = [execution for _, execution in rows]
        _fold(desk, at, batch)
    return len(missed)


def _fold(desk: Desk, at: int, seen: list[Execution]) -> None:
    desk.now = max(desk.now, at)
    turn = Turn(desk, at, seen[-1].price)
    for execution in seen:
        turn.order(execution)
    commit(desk, turn)


def commit(desk: Desk, turn: Turn) -> None:
    """Commit what a turn outside of a tick decided; its intents wait in the outbox."""
    if turn.events or turn.notes:
        desk.ledger.commit(turn.at, [*turn.events, *turn.notes])
        for note in turn.notes:
            desk.books.apply(turn.at, note)
    desk.outbox.extend(turn.intents)


def _live_orders(desk: Desk) -> tuple[int, int]:
    ended = asked = 0
    fresh = {intent.client_order_id for intent in desk.outbox}
    arrived = []
    for client_order_id, slot_id in sorted(desk.books.orders.items()):
        if client_order_id in fresh:
            continue
        order = order_of(desk.books.slots[slot_id], client_order_id)
        found = desk.venue.order(client_order_id)
        if found is None:
            end_order(
                desk,
                slot_id,
                End(client_order_id=client_order_id, status="refused", reason=NOT_PLACED),
            )
            ended += 1
            continue
        arrived.append(client_order_id)
        if found.status != "open":  # filled: short of a size it was to be moved to
            end_order(desk, slot_id, End(client_order_id=client_order_id, status=found.status))
            ended += 1
        else:
            asked += _ask_again(desk, order, found)
    answered = tuple(one for one in arrived if one in desk.books.unanswered)
    if answered:
        desk.note(ReceiptsNoted(accepted=answered))
    return ended, asked


def end_order(desk: Desk, slot_id: int, end: End) -> None:
    """Book the end of a live order."""
    slot = desk.books.slots[slot_id]
    order = order_of(slot, end.client_order_id)
    turn = Turn(desk, desk.now, desk.mark or order.price)
    turn.order(end)
    commit(desk, turn)


def _ask_again(desk: Desk, order: Order, found: VenueOrder) -> int:
    if order.status is OrderStatus.CANCELING:
        desk.outbox.append(CancelOrder(client_order_id=order.client_order_id, role=order.role))
        return 1
    if found.revision < order.revision:
        desk.outbox.append(
            RepriceOrder(
                client_order_id=order.client_order_id,
                revision=order.revision,
                price=order.price,
                size=order.size,
            )
        )
        return 1
    return 0

"""Fold orders, intents, fills and cycles into their rows."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from holdfast.domain.bookkeeping import ReceiptsNoted
from holdfast.domain.errors import LedgerConflict
from holdfast.domain.events import (
    CancelAsked,
    CycleBooked,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
)
from holdfast.domain.money import ZERO
from holdfast.ledger.batch import Batch
from holdfast.ledger.live import LiveRows
from holdfast.ledger.place import Place
from holdfast.ledger.rows import CycleRow, FillRow, IntentRow, OrderRow

_WAITING = ("created", "unknown")


def _placed(batch: Batch, live: LiveRows, place: Place, event: OrderPlaced) -> None:
    if event.client_order_id in live.orders:
        raise LedgerConflict(f"order {event.client_order_id} is live and was placed again")
    row = OrderRow(
        client_order_id=event.client_order_id,
        slot_id=event.slot,
        leg=event.leg.value,
        role=event.role.value,
        side=event.side.value,
        cycle=event.cycle,
        attempt=event.attempt,
        local_id=event.local_id,
        recovery_id=event.recovery_id,
        price=event.price,
        size=event.size,
        hold=event.hold,
        reason=event.reason,
        placed_seq=place.sequence,
        placed_at=place.market_time,
        updated_seq=place.sequence,
    )
    live.take_order(row)
    batch.add(row)
    _intend(batch, live, place, event, "place")


def _repriced(batch: Batch, live: LiveRows, place: Place, event: OrderRepriced) -> None:
    row = _live(live, event.client_order_id)
    row.local_id, row.revision = event.local_id, event.revision
    row.price, row.size, row.hold = event.price, event.size, event.hold
    row.reason = event.reason
    _touch(batch, place, row)
    _intend(batch, live, place, event, "reprice")


def _cancel_asked(batch: Batch, live: LiveRows, place: Place, event: CancelAsked) -> None:
    row = _live(live, event.client_order_id)
    row.status = "canceling"
    _touch(batch, place, row)
    _intend(batch, live, place, event, "cancel")


def _filled(batch: Batch, live: LiveRows, place: Place, event: OrderFilled) -> None:
    row = _live(live, event.client_order_id)
    _refuse_repeat(live, event)
    row.filled += event.size
    row.cost += event.cost
    row.fee += event.fee
    row.hold -= event.released
    if row.status in ("placed", "unknown"):
        row.status = "open"
        row.acked_at = place.market_time
    _answer(batch, live, place, event.client_order_id, "place", "accepted")
    if event.complete:
        row.status, row.hold, row.ended_at = "filled", ZERO, place.market_time
        _finish(batch, live, place, event.client_order_id, "done")
    _touch(batch, place, row)
    batch.add(_fill_row(place, event))


def _refuse_repeat(live: LiveRows, event: OrderFilled) -> None:
    seen = live.fill_ids.setdefault(event.client_order_id, set())
    if event.fill_id in seen:
        raise LedgerConflict(f"fill {event.fill_id} of {event.client_order_id} came twice")
    seen.add(event.fill_id)


def _ended(batch: Batch, live: LiveRows, place: Place, event: OrderEnded) -> None:
    row = _live(live, event.client_order_id)
    row.status, row.end_reason = event.status, event.reason
    row.hold, row.ended_at = ZERO, place.market_time
    _touch(batch, place, row)
    _finish(batch, live, place, event.client_order_id, event.status)


def _receipts(batch: Batch, live: LiveRows, place: Place, note: ReceiptsNoted) -> None:
    for name in note.accepted:
        _answer(batch, live, place, name, "place", "accepted")
        row = live.orders.get(name)
        if row is not None and row.acked_at is None:
            row.acked_at = place.market_time
            row.status = "open" if row.status in ("placed", "unknown") else row.status
            _touch(batch, place, row)
    for name in note.repriced:
        _answer(batch, live, place, name, "reprice", "accepted")
    for name in note.canceled:
        _answer(batch, live, place, name, "cancel", "accepted")
    for name in note.unknown:
        _lose(batch, live, place, name)


def _lose(batch: Batch, live: LiveRows, place: Place, name: str) -> None:
    row = live.orders.get(name)
    if row is not None and row.status == "placed":
        row.status = "unknown"
        _touch(batch, place, row)
    open_intents = [one for one in live.intents.get(name, ()) if one.status == "created"]
    for intent in open_intents[-1:]:
        intent.status = "unknown"
        batch.change(intent)


def _booked(batch: Batch, live: LiveRows, place: Place, event: CycleBooked) -> None:
    del live
    batch.add(
        CycleRow(
            seq=place.sequence,
            market_time=place.market_time,
            slot_id=event.slot,
            leg=event.leg.value,
            cycle=event.cycle,
            recovery_id=event.recovery_id,
            entry_price=event.entry_price,
            exit_price=event.exit_price,
            size=event.size,
            gross=event.gross,
            entry_fee=event.entry_fee,
            exit_fee=event.exit_fee,
            net=event.net,
            settled=event.settled,
            quote_fee=event.quote_fee,
            entry_time=event.entry_time,
            regime=event.regime,
            losses=event.losses,
            reason=event.reason,
            mark=event.mark,
        )
    )


def _fill_row(place: Place, event: OrderFilled) -> FillRow:
    return FillRow(
        seq=place.sequence,
        market_time=place.market_time,
        fill_id=event.fill_id,
        client_order_id=event.client_order_id,
        slot_id=event.slot,
        leg=event.leg.value,
        role=event.role.value,
        side=event.side.value,
        cycle=event.cycle,
        recovery_id=event.recovery_id,
        price=event.price,
        size=event.size,
        cost=event.cost,
        fee=event.fee,
        liquidity=event.liquidity,
        complete=event.complete,
        regime=event.regime,
        mark=event.mark,
    )


def _live(live: LiveRows, client_order_id: str) -> OrderRow:
    row = live.orders.get(client_order_id)
    if row is None:
        raise LedgerConflict(f"order {client_order_id} was never placed, or has ended already")
    return row


def _touch(batch: Batch, place: Place, row: OrderRow) -> None:
    row.updated_seq = place.sequence
    batch.change(row)


def _intend(
    batch: Batch,
    live: LiveRows,
    place: Place,
    event: OrderPlaced | OrderRepriced | CancelAsked,
    kind: str,
) -> None:
    order = live.orders[event.client_order_id]
    row = IntentRow(
        seq=place.sequence,
        market_time=place.market_time,
        kind=kind,
        client_order_id=event.client_order_id,
        slot_id=event.slot,
        revision=order.revision,
        price=None if isinstance(event, CancelAsked) else event.price,
        size=None if isinstance(event, CancelAsked) else event.size,
        reason=event.reason,
    )
    live.intents.setdefault(event.client_order_id, []).append(row)
    batch.add(row)


def _answer(
    batch: Batch, live: LiveRows, place: Place, client_order_id: str, kind: str, status: str
) -> None:
    for row in live.intents.get(client_order_id, ()):
        if row.kind == kind and row.status in _WAITING:
            row.status, row.answered_at = status, place.market_time
            batch.change(row)


def _finish(batch: Batch, live: LiveRows, place: Place, client_order_id: str, status: str) -> None:
    for row in live.end_order(client_order_id):
        refused = status == "refused" and row.kind == "place" and row.status in _WAITING
        row.status = "refused" if refused else "done"
        row.answered_at = row.answered_at or place.market_time
        batch.change(row)


HANDLERS: Mapping[type, Callable[[Batch, LiveRows, Place, Any], None]] = MappingProxyType(
    {
        OrderPlaced: _placed,
        OrderRepriced: _repriced,
        CancelAsked: _cancel_asked,
        OrderFilled: _filled,
        OrderEnded: _ended,
        CycleBooked: _booked,
        ReceiptsNoted: _receipts,
    }
)

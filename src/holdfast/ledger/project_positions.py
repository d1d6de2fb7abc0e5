"""Fold positions and their journal into rows (core 4.1, 4.2).

Rules: entry facts and the first exit price are written once; a position goes from open to closed
and never back; its outcome is written once; a journal row is only ever added; one that was imported
was created when its entry filled.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from holdfast.domain.errors import LedgerConflict, LedgerError
from holdfast.domain.events import OrderPlaced, PositionClosed, PositionImported, PositionOpened
from holdfast.domain.ids import position_id
from holdfast.domain.money import ZERO
from holdfast.domain.slots import LegName, Role
from holdfast.ledger.batch import Batch
from holdfast.ledger.live import LiveRows
from holdfast.ledger.place import Place
from holdfast.ledger.rows import JournalRow, PositionRow

MODES = ("legacy", "sticky", "cycling", "churner")
CLOSE_REASONS = ("filled", "written_off", "soft_closed", "cancelled")


def _opened(batch: Batch, live: LiveRows, place: Place, event: PositionOpened) -> None:
    if event.position_id in live.positions:
        raise LedgerConflict(f"position {event.position_id} is open already; entry facts stay")
    if event.slot_mode not in MODES:
        raise LedgerError(f"slot mode {event.slot_mode!r} is not one of {', '.join(MODES)}")
    row = PositionRow(
        position_id=event.position_id,
        slot_id=event.slot,
        leg=event.leg.value,
        cycle=event.cycle,
        slot_mode=event.slot_mode,
        entry_price=event.entry_price,
        entry_cost=event.entry_cost,
        entry_fee=event.entry_fee,
        entry_size=event.entry_size,
        entry_time=event.entry_time,
        entry_regime=event.entry_regime,
        original_exit_price=event.exit_price,
        target_profit_pct=event.target_profit_pct,
        current_exit_price=event.exit_price,
        exit_order_id=live.exits.get(event.position_id),
        opened_seq=place.sequence,
        updated_seq=place.sequence,
    )
    live.positions[row.position_id] = row
    batch.add(row)
    details = {
        "entry_price": _text(event.entry_price),
        "exit_price": _text(event.exit_price),
        "regime": event.entry_regime,
        "slot_mode": event.slot_mode,
    }
    if isinstance(event, PositionImported):
        created = _journal(place, row, "created", details | {"migration": True})
        created.market_time = event.entry_time
        batch.add(created)
    else:
        batch.add(_journal(place, row, "created", details))


def _bound(batch: Batch, live: LiveRows, place: Place, event: OrderPlaced) -> None:
    if event.role is not Role.EXIT:
        return
    row = live.positions.get(position_id(event.slot, event.leg.value, event.cycle))
    if row is None:
        return
    row.exit_order_id = event.client_order_id
    row.current_exit_price = event.price
    row.updated_seq = place.sequence
    batch.change(row)


def _closed(batch: Batch, live: LiveRows, place: Place, event: PositionClosed) -> None:
    row = live.positions.pop(event.position_id, None)
    if row is None:
        raise LedgerConflict(
            f"position {event.position_id} is not open: unknown, or closed already and that stays"
        )
    if event.reason not in CLOSE_REASONS:
        raise LedgerError(f"close reason {event.reason!r} is not one of {', '.join(CLOSE_REASONS)}")
    row.status, row.close_reason = "closed", event.reason
    row.exit_price, row.exit_cost, row.exit_fee = event.exit_price, event.exit_cost, event.exit_fee
    row.exit_time, row.net_profit = place.market_time, event.net
    row.updated_seq = place.sequence
    batch.change(row)
    batch.add(_journal(place, row, event.reason, _outcome(event)))
    excess = _excess(row, event)
    if event.reason == "filled" and excess > 0:
        details = {
            "expected_profit": _text(event.net - excess),
            "actual_profit": _text(event.net),
            "excess": _text(excess),
        }
        batch.add(_journal(place, row, "over_performance", details, ordinal=1, credit=excess))


def _outcome(event: PositionClosed) -> dict[str, str | None]:
    if event.reason == "filled":
        return {
            "fill_price": _text(event.exit_price),
            "fill_cost": _text(event.exit_cost),
            "fill_fee": _text(event.exit_fee),
            "net_profit": _text(event.net),
        }
    return {
        "close_price": _text(event.exit_price),
        "realized_loss": _text(max(ZERO, -event.net)),
        "reason": event.reason,
    }


def _excess(row: PositionRow, event: PositionClosed) -> Decimal:
    """How much better the exit traded than it asked, in quote; positive is favourable."""
    gain = event.exit_cost - row.current_exit_price * row.entry_size
    return gain if row.leg == LegName.B.value else -gain


def _journal(
    place: Place,
    row: PositionRow,
    event_type: str,
    details: Mapping[str, str | bool | None],
    *,
    ordinal: int = 0,
    credit: Decimal = ZERO,
) -> JournalRow:
    return JournalRow(
        seq=place.sequence,
        ordinal=ordinal,
        market_time=place.market_time,
        position_id=row.position_id,
        slot_id=row.slot_id,
        event_type=event_type,
        details=msgspec.json.encode(details, order="sorted").decode(),
        credit=credit,
    )


def _text(value: Decimal) -> str:
    return f"{value.normalize():f}"


HANDLERS: Mapping[type, Callable[[Batch, LiveRows, Place, Any], None]] = MappingProxyType(
    {
        PositionOpened: _opened,
        PositionImported: _opened,
        OrderPlaced: _bound,
        PositionClosed: _closed,
    }
)

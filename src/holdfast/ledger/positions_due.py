"""Bring the rows of positions up to the slots, where they were not kept for a while (core 4.9).

Each exit that is owed and has no open row gets one, with the facts of its lot; each open row whose cycle
was booked meanwhile is closed by that cycle. What is in order already is left alone, and so is a lot
whose exit was never placed: its row comes with its first order.
"""

from collections.abc import Iterator
from decimal import Decimal

import duckdb

from holdfast.domain.events import Event, PositionClosed, PositionImported
from holdfast.domain.ids import position_id
from holdfast.domain.slots import LegName, Lot, Order, Slot
from holdfast.engine.books import Books
from holdfast.ledger.journal import open_positions
from holdfast.ledger.rows import PositionRow

_BOOKED = """
select exit_price, exit_fee, gross, net, reason from cycles
where slot_id = $1 and leg = $2 and cycle = $3
"""
_REASONS = {"filled": "filled", "released": "soft_closed"}


def positions_due(
    books: Books, cursor: duckdb.DuckDBPyConnection, profit_pct: Decimal
) -> list[Event]:
    """List what is to be written so that every live exit has exactly one open position."""
    known = {row.position_id: row for row in open_positions(cursor)}
    live: dict[str, PositionImported] = {}
    for slot in books.slots.values():
        for leg, lot, order in _owed(slot):
            opened = _opened(slot, leg, lot, order, profit_pct)
            live[opened.position_id] = opened
    closed = [_closed(row, cursor) for name, row in known.items() if name not in live]
    return [
        *(one for name, one in live.items() if name not in known),
        *(one for one in closed if one is not None),
    ]


def carried_position(
    slot: int, leg: LegName, lot: Lot, exit_price: Decimal, target: Decimal
) -> PositionImported:
    """Open the row of an exit that is older than its rows; `target` in percent."""
    return PositionImported(
        position_id=position_id(slot, leg, lot.cycle),
        slot=slot,
        leg=leg,
        cycle=lot.cycle,
        slot_mode="legacy",
        entry_price=lot.price,
        entry_cost=lot.cost,
        entry_fee=lot.fee,
        entry_size=lot.size,
        entry_time=lot.opened_at,
        entry_regime=lot.regime,
        exit_price=exit_price,
        target_profit_pct=target,
    )


def _owed(slot: Slot) -> Iterator[tuple[LegName, Lot, Order | None]]:
    for leg in (slot.a, slot.b):
        if leg.lot is not None and leg.attempts:
            yield leg.name, leg.lot, leg.order
    for one in slot.recoveries:
        yield one.leg, one.lot, one.order


def _opened(
    slot: Slot, leg: LegName, lot: Lot, order: Order | None, profit_pct: Decimal
) -> PositionImported:
    price = lot.exit_price if order is None else order.price
    return carried_position(slot.slot_id, leg, lot, price, slot.profit_pct or profit_pct)


def _closed(row: PositionRow, cursor: duckdb.DuckDBPyConnection) -> PositionClosed | None:
    """Close a row by the cycle that was booked while rows were not kept; dust has none."""
    found = cursor.execute(_BOOKED, [row.slot_id, row.leg, row.cycle]).fetchone()
    if found is None:
        return None
    price, fee, gross, net, reason = found
    cost = row.entry_cost - gross if row.leg == LegName.A.value else row.entry_cost + gross
    return PositionClosed(
        position_id=row.position_id,
        slot=row.slot_id,
        exit_price=price,
        exit_cost=cost,
        exit_fee=fee,
        net=net,
        reason=_REASONS.get(reason, "written_off"),
    )

"""Fold entries into the rows of the projections.

One projector serves the running desk, rebuild, verify and replay, so that all four agree. It is
shown each entry just before the books take it in. Rows that may change stay in memory until they
no longer can.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from holdfast.domain.bookkeeping import Note
from holdfast.domain.events import Event, SlotRetired
from holdfast.domain.slots import Slot, one_sided, phase
from holdfast.engine.accounts import movements
from holdfast.engine.books import Books
from holdfast.ledger import (
    project_alerts,
    project_notes,
    project_orders,
    project_positions,
    project_regime,
    project_safety,
    project_venue,
)
from holdfast.ledger.batch import Batch
from holdfast.ledger.live import LiveRows
from holdfast.ledger.place import Place
from holdfast.ledger.rows import EntryRow, SlotRow

_STATE = msgspec.json.Encoder(order="sorted").encode
Handler = Callable[[Batch, LiveRows, Place, Any], None]


class Projector:
    """Turns entries into rows to write; `books` is what the entries fold to."""

    def __init__(self, books: Books, live: LiveRows | None = None) -> None:
        self.books = books
        self.live = live or LiveRows()
        self.batch = Batch()
        self._touched: dict[int, int] = {}
        self._retired: dict[int, tuple[Slot, int]] = {}

    def apply(self, place: Place, entry: Event | Note) -> None:
        """Take one entry in; the books must take it in next."""
        if not entry.stream.startswith("ops/"):
            self._account(place, entry)
            slot_id = getattr(entry, "slot", None)
            if slot_id is not None:
                self._touched[slot_id] = place.sequence
            if isinstance(entry, SlotRetired) and entry.slot in self.books.slots:
                self._retired[entry.slot] = self.books.slots[entry.slot], place.market_time
        project_venue.trail(self.batch, self.live, place, entry)
        for handler in _HANDLERS.get(type(entry), ()):
            handler(self.batch, self.live, place, entry)

    def settle(self) -> Batch:
        """Add the slots as they stand now, and return all rows waiting to be written."""
        for slot_id, sequence in self._touched.items():
            slot, retired_at = self._retired.get(slot_id) or (self.books.slots.get(slot_id), None)
            if slot is not None:
                self.batch.change(slot_row(slot, sequence, retired_at))
        self._touched.clear()
        self._retired.clear()
        return self.batch

    def _account(self, place: Place, entry: Event | Note) -> None:
        accounts = self.books.accounts
        rows = self.batch.added[EntryRow]
        for account, asset, amount in movements(entry, accounts.base, accounts.quote):
            if amount:
                rows.append(
                    EntryRow(
                        seq=place.sequence,
                        market_time=place.market_time,
                        account=account,
                        asset=asset,
                        amount=amount,
                    )
                )


def slot_row(slot: Slot, sequence: int, retired_at: int | None = None) -> SlotRow:
    """Write a slot as the row of its table."""
    long_only, short_only, source = one_sided(slot)
    return SlotRow(
        slot_id=slot.slot_id,
        sticky=slot.sticky,
        phase=phase(slot).value,
        long_only=long_only,
        short_only=short_only,
        mode_source=source.value,
        draining=slot.draining,
        cycle_a=slot.a.cycle,
        cycle_b=slot.b.cycle,
        recoveries=len(slot.recoveries),
        profit_pct=slot.profit_pct,
        net_profit=slot.net_profit,
        settled=slot.settled,
        fees=slot.fees,
        realized_loss=slot.realized_loss,
        round_trips=slot.round_trips,
        created_at=slot.created_at,
        retired_at=retired_at,
        updated_seq=sequence,
        state=_STATE(slot).decode(),
    )


def _joined(*tables: Mapping[type, Handler]) -> Mapping[type, tuple[Handler, ...]]:
    joined: dict[type, tuple[Handler, ...]] = {}
    for table in tables:
        for kind, handler in table.items():
            joined[kind] = (*joined.get(kind, ()), handler)
    return MappingProxyType(joined)


_HANDLERS = _joined(
    project_orders.HANDLERS,
    project_positions.HANDLERS,
    project_notes.HANDLERS,
    project_venue.HANDLERS,
    project_safety.HANDLERS,
    project_alerts.HANDLERS,
    project_regime.HANDLERS,
)

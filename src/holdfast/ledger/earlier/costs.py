"""Find what each open exit's entry really cost: the earlier ledger's row, else price times size (C-63)."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from holdfast.domain.ids import position_id
from holdfast.domain.slots import EXIT, LegName
from holdfast.ledger.earlier.refusal import ImportRefused
from holdfast.ledger.earlier.shape import (
    SavedFile,
    SavedOrder,
    SavedPosition,
    SavedRecovery,
    SavedState,
)

CLOSE_IT = "close it in the earlier bot, save and import that file"


class Exit(msgspec.Struct, frozen=True, kw_only=True):
    """An exit that is owed, with the row of its position where the earlier bot kept one."""

    slot: int
    order: SavedOrder | SavedRecovery
    row: SavedPosition | None
    now: Decimal

    @property
    def leg(self) -> LegName:
        """Say whose exit it is."""
        return self.order.trade_id

    @property
    def name(self) -> str:
        """Name its position as ours."""
        return position_id(self.slot, self.leg.value, self.order.cycle)

    @property
    def entered(self) -> Decimal:
        """Say when its entry filled, in seconds, as well as the file knows (core 4.9)."""
        order = self.order
        placed = order.placed_at if isinstance(order, SavedOrder) else order.orphaned_at
        told = self.row.entry_time if self.row else None
        return told or order.entry_filled_at or placed or self.now


def exits_of(file: SavedFile) -> dict[int, list[Exit]]:
    """List the exits each slot owes; raise ImportRefused for an open position without one."""
    rows = _open(file)
    found: dict[int, list[Exit]] = {}
    for slot in file.slots:
        mine = found[slot.slot_id] = []
        for order in owed_by(slot.state):
            row = rows.pop((slot.slot_id, order.trade_id, order.cycle), None)
            mine.append(Exit(slot=slot.slot_id, order=order, row=row, now=slot.state.now))
            _agree(mine[-1])
    for row in rows.values():
        problem = f"is open, and slot {row.slot_id} has no exit of {row.trade_id.value} {row.cycle}"
        raise ImportRefused(problem, key=f"position {row.position_id}", do=CLOSE_IT)
    return found


def owed_by(state: SavedState) -> Iterator[SavedOrder | SavedRecovery]:
    """List the exits one slot owes, those that were set aside last."""
    yield from (one for one in state.orders if one.role is EXIT)
    yield from state.recovery_orders


def _open(file: SavedFile) -> dict[tuple[int, LegName, int], SavedPosition]:
    rows: dict[tuple[int, LegName, int], SavedPosition] = {}
    for row in file.position_ledger:
        if row.status != "open":
            continue
        key = f"position {row.position_id}"
        if row.slot_mode == "churner":
            raise ImportRefused("is a churner's, and open", key=key, do=CLOSE_IT)
        other = rows.setdefault((row.slot_id, row.trade_id, row.cycle), row)
        if other is not row:
            problem = f"is of the same exit as position {other.position_id}"
            raise ImportRefused(problem, key=key, do=CLOSE_IT)
    return rows


def _agree(one: Exit) -> None:
    row, size = one.row, one.order.volume
    if row is not None and row.entry_volume != size:
        problem = f"is of {row.entry_volume:f}, its exit of {size:f}"
        raise ImportRefused(problem, key=f"position {row.position_id} entry_volume", do=CLOSE_IT)

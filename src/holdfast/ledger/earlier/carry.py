"""Carry a saved state over into entries of a ledger: slots, what they hold, positions, orders.

Rules: what the earlier bot holds was paid for before this ledger began, so each lot and its fee comes from
`external`, in double entry; an order that rested is placed under the id this ledger derives for its
first attempt; one that never left is not invented: its leg is idle, its exit owed.
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from holdfast.domain.events import (
    Event,
    InventoryMoved,
    OrderPlaced,
    PositionImported,
    SlotImported,
)
from holdfast.domain.ids import client_order_id
from holdfast.domain.intents import PlaceOrder
from holdfast.domain.money import ZERO, held_for_buy
from holdfast.domain.slots import BUY, EXIT, LEG_B, Slot
from holdfast.engine.accounts import EXTERNAL, FEES, slot_account
from holdfast.ledger.earlier.costs import Exit, exits_of
from holdfast.ledger.earlier.frame import Frame
from holdfast.ledger.earlier.shape import (
    Saved,
    SavedFile,
    SavedOrder,
    SavedRecovery,
    SavedSlot,
)
from holdfast.ledger.earlier.slots import lot_of, slot_of
from holdfast.ledger.earlier.times import Times, exact
from holdfast.ledger.positions_due import carried_position

REASON = "imported"
Resting = list[tuple[OrderPlaced, str]]  # with the venue's own names


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What an import writes, and the orders among it that are to rest at the venue then.

    `crossing` names those of them that the market has passed: a venue would not rest them.
    """

    entries: tuple[Event, ...]
    placed: tuple[OrderPlaced, ...]
    crossing: frozenset[str]
    slots: tuple[Slot, ...]
    exits: tuple[Exit, ...]
    moved_back: int

    @property
    def orders(self) -> list[PlaceOrder]:
        """List what is to be sent."""
        return [
            PlaceOrder(one.client_order_id, one.side, one.role, one.price, one.size)
            for one in self.placed
            if one.client_order_id not in self.crossing
        ]

    @property
    def positions(self) -> int:
        """Count the positions that are opened."""
        return sum(isinstance(one, PositionImported) for one in self.entries)


def carry(saved: Saved, frame: Frame) -> Carried:
    """Turn a saved state that is sound and fits into entries; nothing is written."""
    file, times = saved.file, Times(saved.file, frame.at)
    exits, slots = exits_of(file), list[Slot]()
    entries: list[Event] = []
    for one in file.slots:
        mine, resting = exits[one.slot_id], _placed(one, frame)
        slots.append(slot_of(one, mine, frame, times))
        entries.append(_joined(slots[-1], resting, saved.digest))
        for owed in mine:
            entries += _owed(owed, frame, times)
            entries += [_position(owed, file, frame, times)] if frame.rules.positions else []
        entries += [order for order, _ in resting]
    placed = [one for one in entries if isinstance(one, OrderPlaced)]
    return Carried(
        entries=tuple(entries),
        placed=tuple(placed),
        crossing=frozenset(one.client_order_id for one in placed if _crosses(one, frame.mark)),
        slots=tuple(slots),
        exits=tuple(owed for mine in exits.values() for owed in mine),
        moved_back=times.moved_back,
    )


def positions_of(saved: Saved, frame: Frame) -> dict[str, PositionImported]:
    """Say what the row of each exit's position is, by its name (core 4.9)."""
    file, times = saved.file, Times(saved.file, frame.at)
    exits = [owed for mine in exits_of(file).values() for owed in mine]
    return {one.name: _position(one, file, frame, times) for one in exits}


def _joined(slot: Slot, resting: Resting, digest: str) -> SlotImported:
    names = {order.client_order_id: txid for order, txid in resting}
    return SlotImported(slot=slot.slot_id, saved=slot, resting=names, source=digest)


def _owed(one: Exit, frame: Frame, times: Times) -> Iterator[InventoryMoved]:
    """Bring in what a lot holds, and the fee its entry cost."""
    lot = lot_of(one, times)
    sign = 1 if one.leg is LEG_B else -1
    yield _moved(one.slot, slot_account(one.slot), sign * lot.size, -sign * lot.cost, frame)
    if lot.fee:
        yield _moved(one.slot, FEES, ZERO, -lot.fee, frame)


def _moved(slot: int, target: str, base: Decimal, quote: Decimal, frame: Frame) -> InventoryMoved:
    return InventoryMoved(
        slot=slot,
        source=EXTERNAL,
        target=target,
        base=base,
        quote=quote,
        reason=REASON,
        mark=frame.mark,
    )


def _position(one: Exit, file: SavedFile, frame: Frame, times: Times) -> PositionImported:
    lot, row = lot_of(one, times), one.row
    target = row.target_profit_pct if row else file.profit_pct or frame.rules.profit_pct
    price = row.original_exit_price if row else one.order.price
    return carried_position(one.slot, one.leg, lot, exact(price), exact(target))


def _placed(saved: SavedSlot, frame: Frame) -> Resting:
    """Place what rested, in the order of its numbers; recoveries get the numbers after these."""
    state, slot = saved.state, saved.slot_id
    rested = [
        (_order(slot, one, one.local_id, 0, frame), one.txid)
        for one in sorted(state.orders, key=lambda one: one.local_id)
        if one.txid
    ]
    number = state.next_order_id
    for recovery in state.recovery_orders:
        if recovery.txid:
            order = _order(slot, recovery, number, recovery.recovery_id, frame)
            rested.append((order, recovery.txid))
            number += 1
    return rested


def _order(
    slot: int, order: SavedOrder | SavedRecovery, local_id: int, recovery_id: int, frame: Frame
) -> OrderPlaced:
    rules, price, size = frame.rules, exact(order.price), exact(order.volume)
    role = order.role if isinstance(order, SavedOrder) else EXIT
    leg, cycle = order.trade_id, order.cycle
    name = client_order_id(rules.genesis, rules.instrument.symbol, slot, leg, cycle, role, 1)
    hold = held_for_buy(price, size, rules.instrument) if order.side is BUY else size
    return OrderPlaced(
        slot, leg, role, order.side, name, local_id, cycle, 1, price, size, hold, REASON,
        frame.mark, rules.digest, recovery_id,
    )  # fmt: skip


def _crosses(order: OrderPlaced, mark: Decimal) -> bool:
    return order.price >= mark if order.side is BUY else order.price <= mark

"""Tell each slot as one row: what stands still until its slot changes, and what moves with the price.

The standing part is built and encoded once for each slot value, so that a tick pays only for what
moved. Times are microseconds UTC of market time; a txid is empty until the venue answered.
"""

from decimal import Decimal
from typing import Any

import msgspec

from holdfast.desk.status.facts import View, in_base
from holdfast.desk.status.tally import Tally
from holdfast.domain.events import CycleBooked
from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO
from holdfast.domain.slots import (
    Leg,
    LegName,
    Lot,
    Order,
    Recovery,
    Slot,
    exit_side,
    is_idle,
    one_sided,
    phase,
)
from holdfast.engine.rules import Rules
from holdfast.engine.sizing import entry_amount

encode = msgspec.json.Encoder(decimal_format="number").encode


class Row(msgspec.Struct):
    """A slot as told last, from one slot value and one set of rules.

    Its unrealised profit is `slope` times the price plus `offset`.
    """

    slot: Slot
    rules: Rules
    standing: dict[str, Any]
    raw: bytes
    slope: Decimal
    offset: Decimal
    moving: dict[str, Any] = {}

    def whole(self) -> dict[str, Any]:
        """Join both parts."""
        return {**self.standing, **self.moving}

    def body(self) -> msgspec.Raw:
        """Join both parts as JSON."""
        return msgspec.Raw(self.raw[:-1] + b"," + encode(self.moving)[1:])


class SlotRows:
    """The rows of all slots, kept from one telling to the next."""

    def __init__(self) -> None:
        self._kept: dict[int, Row] = {}

    def tell(self, view: View) -> list[Row]:
        """Tell every slot as it is now, by id."""
        kept: dict[int, Row] = {}
        desk = view.desk
        unanswered, rules = desk.books.unanswered, desk.rules
        for slot_id, slot in sorted(desk.books.slots.items()):
            row = self._kept.get(slot_id)
            if row is None or row.slot is not slot or row.rules is not rules:
                row = _row(slot, rules, view.facts.tally, unanswered)
            row.moving = _moving(row, view)
            kept[slot_id] = row
        self._kept = {
            slot_id: row
            for slot_id, row in kept.items()
            if not unanswered or not (_names(row.slot) & unanswered)
        }
        return list(kept.values())


def open_lots(slot: Slot) -> list[tuple[LegName, Lot]]:
    """List what a slot still owes an exit for, recoveries included."""
    legs = [(leg.name, leg.lot) for leg in (slot.a, slot.b) if leg.lot is not None]
    return legs + [(one.leg, one.lot) for one in slot.recoveries]


def _names(slot: Slot) -> set[str]:
    orders = (slot.a.order, slot.b.order, *(one.order for one in slot.recoveries))
    return {order.client_order_id for order in orders if order is not None}


def _row(slot: Slot, rules: Rules, tally: Tally, unanswered: set[str]) -> Row:
    slope = offset = ZERO
    for leg, lot in open_lots(slot):
        left = lot.size - lot.closed if leg is LegName.B else lot.closed - lot.size
        slope += left
        offset -= left * lot.price
    standing = _standing(slot, rules, tally, unanswered)
    return Row(slot, rules, standing, encode(standing), slope, offset)


def _standing(slot: Slot, rules: Rules, tally: Tally, unanswered: set[str]) -> dict[str, Any]:
    long_only, short_only, source = one_sided(slot)
    return {
        "slot_id": slot.slot_id,
        "slot_alias": f"s{slot.slot_id}",
        "slot_label": f"Slot {slot.slot_id}",
        "sticky": slot.sticky,
        "slot_mode": "sticky" if slot.sticky else "legacy",
        "draining": slot.draining,
        "phase": phase(slot).value,
        "long_only": long_only,
        "short_only": short_only,
        "mode_source": source.value,
        "s2_entered_at": slot.s2_entered_at,
        "cycle_a": slot.a.cycle,
        "cycle_b": slot.b.cycle,
        "total_profit": slot.net_profit,
        "total_settled_usd": slot.settled,
        "total_fees": slot.fees,
        "total_round_trips": slot.round_trips,
        "profit_pct_runtime": slot.profit_pct or rules.profit_pct,
        "open_orders": [
            order for leg in (slot.b, slot.a) for order in _leg_orders(leg, unanswered)
        ],
        "recent_cycles": [_cycle(at, event) for at, event in tally.recent.get(slot.slot_id, ())],
        "legs": {"a": _leg(slot.a), "b": _leg(slot.b)},
    }


def _moving(row: Row, view: View) -> dict[str, Any]:
    slot, price = row.slot, view.price
    desk = view.desk
    unrealized = row.slope * price + row.offset
    amount = entry_amount(desk.sizing, slot, price, desk.rules.instrument) if price else ZERO
    return {
        "market_price": price,
        "total_profit_doge": in_base(slot.net_profit, price),
        "unrealized_profit": unrealized,
        "unrealized_profit_doge": in_base(unrealized, price) if unrealized else ZERO,
        "today_realized_loss": view.facts.tally.losses.get(slot.slot_id, ZERO),
        "order_size_usd": amount * price if desk.sizing.base_sized else amount,
        "recovery_orders": [_recovery(one, view) for one in slot.recoveries],
    }


def _leg(leg: Leg) -> dict[str, Any]:
    idle = is_idle(leg)
    return {
        "block": leg.block.value if idle else "none",
        "since": leg.blocked_at or None if idle else None,
        "cooldown_until": leg.cooldown_until or None,
        "losses": leg.losses,
        "owes_exit": leg.lot is not None,
    }


def _leg_orders(leg: Leg, unanswered: set[str]) -> list[dict[str, Any]]:
    order, lot = leg.order, leg.lot
    if order is not None:
        told = _order(leg.name, order, unanswered)
        return [told if lot is None else {**told, "opened_at": lot.opened_at}]
    return [] if lot is None else [_owed(leg.name, lot)]


def _order(leg: LegName, order: Order, unanswered: set[str]) -> dict[str, Any]:
    name = order.client_order_id
    return {
        "local_id": order.local_id,
        "side": order.side.value,
        "role": order.role.value,
        "trade_id": leg.value,
        "cycle": order.cycle,
        "volume": order.size,
        "price": order.price,
        "txid": "" if name in unanswered else name,
        "client_order_id": name,
        "placed_at": order.placed_at,
        "filled": order.filled,
        "status": order.status.value,
        "revision": order.revision,
        "opened_at": None,
        "unplaced": False,
    }


def _owed(leg: LegName, lot: Lot) -> dict[str, Any]:
    return {
        "local_id": None,
        "side": exit_side(leg).value,
        "role": "exit",
        "trade_id": leg.value,
        "cycle": lot.cycle,
        "volume": lot.size - lot.closed,
        "price": lot.exit_price or None,
        "txid": "",
        "client_order_id": "",
        "placed_at": None,
        "filled": ZERO,
        "status": "owed",
        "revision": 0,
        "opened_at": lot.opened_at,
        "unplaced": True,
    }


def _recovery(one: Recovery, view: View) -> dict[str, Any]:
    lot = one.lot
    told = _owed(one.leg, lot)
    if one.order is not None:
        told = _order(one.leg, one.order, view.desk.books.unanswered)
    price = told["price"]
    away = None
    if price is not None and view.price > ZERO:
        away = ((price - view.price) * 100 / view.price).quantize(Decimal("1E-4"))
    return {
        **told,
        "recovery_id": one.recovery_id,
        "reason": one.reason,
        "orphaned_at": one.orphaned_at,
        "opened_at": lot.opened_at,
        "age_sec": max(0, view.market_time - lot.opened_at) // SECOND,
        "distance_pct": away,
        "evicting": one.evicting,
    }


def _cycle(at: int, event: CycleBooked) -> dict[str, Any]:
    return {
        "trade_id": event.leg.value,
        "cycle": event.cycle,
        "entry_price": event.entry_price,
        "exit_price": event.exit_price,
        "volume": event.size,
        "gross_profit": event.gross,
        "fees": event.entry_fee + event.exit_fee,
        "net_profit": event.net,
        "entry_time": event.entry_time,
        "exit_time": at,
        "from_recovery": event.recovery_id > 0,
        "reason": event.reason,
    }

"""Let our engine answer for the recorded bot: its states and events in, its states and actions out.

A recorded fill is one execution plus the order's end; a recorded cancel is proven at once; a move
is rendered as cancel and place under the next local id. Our one-sided reasons read as `balance`.
A recovery whose order is gone is owed in our books and forgotten in the recorded ones (P-13).
The recorded bot knows no dust: an entry's fill is reduced without the venue's smallest size.
The recorded reducer sets its one-sided flags only when it fills an empty slot; its runtime
normalises them afterwards, as a recorded patch. Ours derives them from the legs: the adapter hands
recorded flags on, and the formula `normalize_slot_mode` compares the derivation itself.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from holdfast.domain.events import (
    CancelAsked,
    CycleBooked,
    Event,
    ExitOrphaned,
    OrderPlaced,
    OrderRepriced,
)
from holdfast.domain.money import ZERO
from holdfast.domain.observations import End, Execution
from holdfast.domain.slots import (
    Block,
    LegName,
    Lot,
    Recovery,
    Role,
    Side,
    Slot,
    phase,
)
from holdfast.engine.inputs import EntryWanted, Input, MarkMoved, TimeCame
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import Terms
from holdfast.engine.sizing import Sizing

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the comparer loads this file by its path

from recorded import (  # noqa: E402
    REGIMES,
    Json,
    exact,
    flags_of,
    micros,
    order_key,
    recovery_key,
    rules_of,
    slot_of,
)


class Run:
    """One recorded step: the slot, and what our engine made of it."""

    def __init__(self, state: Json, op: Json, config: Json) -> None:
        self.before = state
        self.rules = rules_of(config)
        self.slot = slot_of(state, sticky=config["sticky_mode_enabled"])
        event = op.get("event", {})
        self.now = event.get("timestamp", state["now"])
        self.mark = event["price"] if event.get("type") == "PriceTick" else state["market_price"]
        flagged = op["op"] == "event"
        self.flags = (state["long_only"], state["short_only"], state["mode_source"])
        sizes = op.get("order_sizes") or {}
        amount = op.get("order_size_usd", 0.0)
        blocks = {
            LegName.A: Block.BALANCE if flagged and state["long_only"] else Block.NONE,
            LegName.B: Block.BALANCE if flagged and state["short_only"] else Block.NONE,
        }
        amounts = {leg: exact(sizes.get(leg.value, amount)) for leg in LegName}
        self.terms = Terms(
            rules=self.rules,
            now=micros(self.now),
            mark=exact(self.mark),
            sizing=Sizing(base_sized=False, amount=ZERO),
            amounts=amounts,
            blocks=blocks,
        )
        self.events: list[Event] = []
        self.actions: list[Json] = []
        self.cycles: list[CycleBooked] = []
        self.local_ids = {
            order_key(row["local_id"]): (row["local_id"], row["txid"]) for row in state["orders"]
        }
        self.txids = {recovery_key(r["recovery_id"]): r["txid"] for r in state["recovery_orders"]}

    def feed(self, seen: Input) -> None:
        """Reduce one input; prove its cancels at once."""
        step = reduce(self.slot, seen, self._terms(seen))
        self.slot = step.slot
        for event in step.events:
            self.events.append(event)
            self._render(event)
        for event in step.events:
            if isinstance(event, CancelAsked):
                self.feed(End(client_order_id=event.client_order_id, status="canceled"))

    def _terms(self, seen: Input) -> Terms:
        if not isinstance(seen, Execution | End):
            return self.terms
        ends_entry = any(
            leg.order is not None
            and leg.order.client_order_id == seen.client_order_id
            and leg.order.role is Role.ENTRY
            for leg in (self.slot.a, self.slot.b)
        )
        if not ends_entry:
            return self.terms
        instrument = replace(self.rules.instrument, min_base=ZERO, min_quote=ZERO)
        return replace(self.terms, rules=replace(self.rules, instrument=instrument))

    def _render(self, event: Event) -> None:
        match event:
            case OrderPlaced():
                self.local_ids[event.client_order_id] = (event.local_id, "")
                self.actions.append(_place(event.local_id, event, event.role, event.cycle))
            case OrderRepriced():
                self._cancel(event.client_order_id, "stale_entry")
                self.local_ids[event.client_order_id] = (event.local_id, "")
                cycle = (self.slot.a if event.leg is LegName.A else self.slot.b).cycle
                self.actions.append(_place(event.local_id, event, Role.ENTRY, cycle))
            case CancelAsked():
                self._cancel(event.client_order_id, event.reason)
            case ExitOrphaned():
                recovery = self.slot.recoveries[-1]
                assert recovery.order is not None
                local_id, txid = self.local_ids[recovery.order.client_order_id]
                self.txids[recovery.order.client_order_id] = txid
                self.actions.append(
                    {
                        "type": "OrphanOrder",
                        "local_id": local_id,
                        "recovery_id": event.recovery_id,
                        "reason": event.reason,
                    }
                )
            case CycleBooked():
                self.cycles.append(event)
                self.actions.append(
                    {
                        "type": "BookCycle",
                        "trade_id": event.leg,
                        "cycle": event.cycle,
                        "net_profit": float(event.net),
                        "gross_profit": float(event.gross),
                        "fees": float(event.entry_fee + event.exit_fee),
                        "settled_usd": float(event.settled),
                        "from_recovery": event.recovery_id > 0,
                    }
                )
            case _:
                pass

    def _cancel(self, client_order_id: str, reason: str) -> None:
        if client_order_id in self.local_ids:
            local_id, txid = self.local_ids[client_order_id]
        else:
            local_id, txid = -int(client_order_id[1:]), self.txids[client_order_id]
        self.actions.append(
            {"type": "CancelOrder", "local_id": local_id, "txid": txid, "reason": reason}
        )

    def state(self) -> Json:
        """Render our slot as the recorded bot keeps it."""
        slot = self.slot
        long_only, short_only, source = self.flags
        out: Json = {
            "market_price": self.mark,
            "now": self.now,
            "orders": self._orders(),
            "recovery_orders": [self._recovery(r) for r in slot.recoveries if r.order is not None],
            "next_order_id": slot.next_local_id,
            "next_recovery_id": slot.next_recovery_id,
            "total_profit": float(slot.net_profit),
            "total_settled_usd": float(slot.settled),
            "total_fees": float(slot.fees),
            "today_realized_loss": float(slot.realized_loss),
            "total_round_trips": slot.round_trips,
            "s2_entered_at": _seconds(slot.s2_entered_at),
            "last_price_update_at": self.before["last_price_update_at"],
            "long_only": long_only,
            "short_only": short_only,
            "mode_source": source,
            "profit_pct_runtime": float(slot.profit_pct),
            "completed_cycles_count": self.before["completed_cycles_count"] + len(self.cycles),
            "last_cycle": self._last_cycle(),
            "phase": phase(slot).value,
        }
        for leg in (slot.a, slot.b):
            low = leg.name.lower()
            out[f"cycle_{low}"] = leg.cycle
            out[f"consecutive_losses_{low}"] = leg.losses
            out[f"cooldown_until_{low}"] = leg.cooldown_until / 1e6
            out[f"consecutive_refreshes_{low}"] = leg.refreshes
            direction = leg.refresh_direction
            out[f"last_refresh_direction_{low}"] = direction.value if direction else None
            out[f"refresh_cooldown_until_{low}"] = leg.refresh_cooldown_until / 1e6
        return out

    def _orders(self) -> list[Json]:
        legs = [leg for leg in (self.slot.a, self.slot.b) if leg.order is not None]
        rows = []
        for leg in sorted(legs, key=lambda one: one.order.local_id if one.order else 0):
            order, lot = leg.order, leg.lot
            assert order is not None
            _, txid = self.local_ids[order.client_order_id]
            rows.append(
                {
                    "local_id": order.local_id,
                    "side": order.side.value,
                    "role": order.role.value,
                    "price": float(order.price),
                    "volume": float(order.size),
                    "trade_id": leg.name.value,
                    "cycle": order.cycle,
                    "txid": txid,
                    "placed_at": order.placed_at / 1e6,
                    "entry_price": float(lot.price) if lot else 0.0,
                    "entry_fee": float(lot.fee) if lot else 0.0,
                    "entry_filled_at": lot.opened_at / 1e6 if lot else 0.0,
                    "regime_at_entry": _tag(lot),
                }
            )
        return rows

    def _recovery(self, recovery: Recovery) -> Json:
        order, lot = recovery.order, recovery.lot
        assert order is not None
        return {
            "recovery_id": recovery.recovery_id,
            "side": order.side.value,
            "price": float(order.price),
            "volume": float(order.size),
            "trade_id": recovery.leg.value,
            "cycle": lot.cycle,
            "entry_price": float(lot.price),
            "orphaned_at": recovery.orphaned_at / 1e6,
            "entry_fee": float(lot.fee),
            "entry_filled_at": lot.opened_at / 1e6,
            "txid": self.txids[order.client_order_id],
            "reason": recovery.reason,
            "regime_at_entry": _tag(lot),
        }

    def _last_cycle(self) -> Json | None:
        if not self.cycles:
            return self.before["last_cycle"]  # type: ignore[no-any-return]
        last = self.cycles[-1]
        return {
            "trade_id": last.leg.value,
            "cycle": last.cycle,
            "entry_price": float(last.entry_price),
            "exit_price": float(last.exit_price),
            "volume": float(last.size),
            "gross_profit": float(last.gross),
            "fees": float(last.entry_fee + last.exit_fee),
            "net_profit": float(last.net),
            "entry_fee": float(last.entry_fee),
            "exit_fee": float(last.exit_fee),
            "quote_fee": float(last.quote_fee),
            "settled_usd": float(last.settled),
            "entry_time": last.entry_time / 1e6,
            "exit_time": self.terms.now / 1e6,
            "from_recovery": last.recovery_id > 0,
            "regime_at_entry": None if last.regime is None else REGIMES.index(last.regime),
        }


def _tag(lot: Lot | None) -> int | None:
    return None if lot is None or lot.regime is None else REGIMES.index(lot.regime)


def _seconds(at: int | None) -> float | None:
    return None if at is None else at / 1e6


def _place(local_id: int, event: OrderPlaced | OrderRepriced, role: Role, cycle: int) -> Json:
    side = Side.SELL if (event.leg is LegName.A) is (role is Role.ENTRY) else Side.BUY
    return {
        "type": "PlaceOrder",
        "local_id": local_id,
        "side": side.value,
        "role": role.value,
        "price": float(event.price),
        "volume": float(event.size),
        "trade_id": event.leg.value,
        "cycle": cycle,
        "post_only": True,
        "reason": event.reason,
    }


def _inputs(run: Run, op: Json) -> list[Input]:
    match op["op"]:
        case "bootstrap":
            return [EntryWanted(leg=leg, reason="bootstrap") for leg in (LegName.B, LegName.A)]
        case "add_entry":
            return [EntryWanted(leg=LegName(op["trade_id"]), reason=op["reason"])]
    event = op["event"]
    match event["type"]:
        case "PriceTick":
            return [MarkMoved()]
        case "TimerTick":
            return [TimeCame()]
        case "RecoveryCancelEvent":
            return [End(client_order_id=recovery_key(event["recovery_id"]), status="canceled")]
    key = (
        order_key(event["order_local_id"])
        if event["type"] == "FillEvent"
        else recovery_key(event["recovery_id"])
    )
    price, size = exact(event["price"]), exact(event["volume"])
    del run
    return [
        Execution(
            client_order_id=key,
            fill_id=event["txid"],
            price=price,
            size=size,
            cost=price * size,
            fee=exact(event["fee"]),
            liquidity="maker",
        )
    ]


def step(state: Json, op: Json, config: Json) -> tuple[Json, list[Json]]:
    """Answer one recorded step (the comparer's interface)."""
    run = Run(state, op, config)
    for seen in _inputs(run, op):
        run.feed(seen)
        if isinstance(seen, Execution) and _still_rests(run.slot, seen.client_order_id):
            run.feed(End(client_order_id=seen.client_order_id, status="canceled"))
    if op["op"] == "bootstrap":
        run.flags = flags_of(run.slot)
    out = run.state()
    if op.get("event", {}).get("type") == "PriceTick":
        out["last_price_update_at"] = run.now
    return out, run.actions


def _still_rests(slot: Slot, client_order_id: str) -> bool:
    holders = (slot.a, slot.b, *slot.recoveries)
    return any(one.order and one.order.client_order_id == client_order_id for one in holders)


def evaluate(fn: str, given: Json) -> Any:
    """Answer one recorded formula; raise NotImplementedError for those of later parts."""
    formula = FORMULAS.get(fn)
    if formula is None:
        raise NotImplementedError(fn)
    return formula(given)


def _formulas() -> dict[str, Any]:
    """Collect what the modules `formulas_*.py` beside this one answer."""
    names = sorted(path.stem for path in HERE.glob("formulas_*.py"))
    return {fn: ours for name in names for fn, ours in import_module(name).FORMULAS.items()}


FORMULAS = _formulas()

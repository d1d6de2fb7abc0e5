"""Answer the recorded formulas of bring-up, repair, the entry scheduler and funding, by a real desk.

A recorded scenario becomes a desk over a venue that answers as the recorded one did. What an entry
may use is given (its formulas are sizing's), and a recorded buy holds no fee, so ours holds none here.
Local ids, and the names a venue gave our orders, are not compared: ours are derived (design 12).
"""

from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from msgspec.structs import replace
from recorded import Json, block_of, exact, flags_of, instrument_of, micros, slot_of

from holdfast.clock import FixedClock
from holdfast.desk.desk import INVARIANT, Desk
from holdfast.desk.execute import send
from holdfast.desk.limits import UNLIMITED, Limits, entry_cap
from holdfast.desk.policies import bootstrap, retry
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import HoldSet
from holdfast.domain.events import BalanceOpened, RulesChanged
from holdfast.domain.intents import PlaceOrder
from holdfast.domain.money import ZERO
from holdfast.domain.observations import Receipt
from holdfast.domain.slots import (
    BUY,
    LEG_A,
    LEG_B,
    Block,
    Leg,
    LegName,
    Order,
    Phase,
    Role,
    Side,
    Slot,
    is_idle,
    phase,
)
from holdfast.engine.advice import Advice
from holdfast.engine.bootstrap import requirements
from holdfast.engine.inputs import EntryWanted
from holdfast.engine.invariants import breaches
from holdfast.engine.rules import Rules
from holdfast.engine.sizing import Sizing
from holdfast.ledger.memory import MemoryLedger

CENTS, FLOOR = Decimal("0.01"), Decimal("1.01")
EIGHT = Decimal("1E-8")
ANSWERS = {"ok": "", "none": "none", "insufficient": "insufficient_funds", "error": "error"}
HELD = {"PAUSED": "operator", "HALTED": INVARIANT}


class Answering:
    """A venue that takes orders as the recorded one did, and lists what it was asked."""

    endless = False

    def __init__(self, instrument: Any, place_mode: Any) -> None:
        self.instrument = instrument
        listed = isinstance(place_mode, list)
        self.modes: list[str] = place_mode if listed else []
        self.rest: str = "ok" if listed else place_mode
        self.asked: list[PlaceOrder] = []
        self.taken: list[str] = []

    def place(self, order: PlaceOrder) -> Receipt:
        number = len(self.asked)
        mode = self.modes[number] if number < len(self.modes) else self.rest
        self.asked.append(order)
        if ANSWERS[mode]:
            return Receipt(order.client_order_id, "refused", ANSWERS[mode])
        self.taken.append(order.client_order_id)
        return Receipt(order.client_order_id, "accepted")


class Amounts:
    """What each leg may use, as an adviser: recorded sizes, and shares of the free quote."""

    def __init__(self, given: Json, desk: Desk) -> None:
        self.given, self.desk = given, desk
        self.fixed: dict[int, dict[LegName, Decimal]] = {}
        self.of_b = ZERO

    def advise(self, slot: Slot, now: int) -> Advice:
        del now
        fixed = self.fixed.get(slot.slot_id, {})
        amounts = {LEG_A: fixed.get(LEG_A, self._of_a(slot)), LEG_B: self.of_b}
        return Advice(amounts=amounts)

    def share(self) -> None:
        """Share the free quote of this moment, as the recorded loop does once."""
        free, slots = self.desk.books.accounts.free_quote, self.given["slots"]
        if not self.given["config"].get("QUOTE_FIRST_ALLOCATION", True):
            self.of_b = self._floored(max(self._base(), free / max(1, len(slots))))
            return
        ready = sum(1 for row in slots if _is_ready(row["state"]))
        pool = max(ZERO, free - Decimal("0.10"))
        each = (pool / ready).quantize(CENTS, ROUND_FLOOR) if ready else ZERO
        self.of_b = self._floored(each if self.given.get("ledger_synced", True) else self._base())

    def _of_a(self, slot: Slot) -> Decimal:
        return self._floored(self._base() + max(ZERO, slot.net_profit))

    def _base(self) -> Decimal:
        return exact(self.given["config"].get("ORDER_SIZE_USD", 2.0))

    def _floored(self, amount: Decimal) -> Decimal:
        if not self.given["config"].get("ENTRY_FLOOR_ENABLED", True):
            return amount
        least = exact(self.given["constraints"]["min_volume"]) * exact(self.given["last_price"])
        return max(amount, least * FLOOR)


def _booked(balance: float) -> Decimal:
    """Read a balance as a venue tells it, to eight decimals; doubles were a hair beside it."""
    return exact(balance).quantize(EIGHT)


def _is_ready(state: Json) -> bool:
    orders = state["orders"]
    exits = [row for row in orders if row["role"] == "exit"]
    bound = any(r["role"] == "entry" and r["side"] == "buy" and r["txid"] for r in orders)
    in_s0_or_s1a = all(row["side"] == "buy" for row in exits)
    return in_s0_or_s1a and not state["short_only"] and not bound


class Scene:
    """A recorded scenario as a desk of ours."""

    def __init__(self, given: Json) -> None:
        self.given = given
        rules = _rules(given)
        ledger = MemoryLedger("DOGE", "USD")
        ledger.commit(0, [RulesChanged(digest="r", changes={}, reason="recorded")])
        self.venue = Answering(rules.instrument, given.get("place_mode", "ok"))
        self.desk = Desk(
            rules=rules,
            sizing=Sizing(base_sized=False, amount=ZERO),
            limits=_limits(given),
            venue=self.venue,  # type: ignore[arg-type]  # what a step of ours asks of one
            ledger=ledger,
            clock=FixedClock(0),
        )
        self.amounts = Amounts(given, self.desk)
        self.desk.advisers = (self.amounts,)
        for row in given["slots"]:
            self._add(row)
        self._fund()
        self.amounts.share()
        self.decided: list[Any] = []
        desk = self.desk
        desk.running = given.get("mode", "RUNNING") != "INIT"
        desk.mark, desk.now = exact(given["last_price"]), micros(given["now"])
        desk.fresh = given["now"] - given.get("last_price_ts", given["now"]) <= 60
        if given.get("mode") in HELD:
            desk.books.holds[HELD[given["mode"]]] = ""
        desk.reindex()
        self.begin()

    def _add(self, row: Json) -> None:
        state, slot_id = row["state"], row["slot_id"]
        unbound = [order for order in state["orders"] if not order["txid"]]
        bound = {
            "s2_entered_at": None,
            **state,
            "orders": [order for order in state["orders"] if order["txid"]],
        }
        slot = replace(slot_of(bound, sticky=row.get("sticky", True)), slot_id=slot_id)
        held = {leg.name: _waits(slot, leg, state) for leg in (slot.a, slot.b) if is_idle(leg)}
        for name, why in held.items():
            leg = replace(slot.a if name is LEG_A else slot.b, block=why)
            slot = replace(slot, a=leg) if name is LEG_A else replace(slot, b=leg)
        sizes: dict[LegName, Decimal] = {}
        for order in unbound:
            name = LegName(order["trade_id"])
            sizes[name] = exact(order["volume"]) * exact(order["price"])
        self.amounts.fixed[slot_id] = sizes
        for field in ("a", "b"):
            leg = getattr(slot, field)
            if leg.order is not None:  # its id is the slot's, as ours are
                order = replace(leg.order, client_order_id=f"{slot_id}:{leg.order.client_order_id}")
                slot = replace(slot, **{field: replace(leg, order=order)})
                self.desk.books.orders[order.client_order_id] = slot_id
        self.desk.books.slots[slot_id] = slot

    def _fund(self) -> None:
        books, balance = self.desk.books, self.given.get("balance") or {}
        held = {BUY: ZERO, Side.SELL: ZERO}
        for slot in books.slots.values():
            for leg in (slot.a, slot.b):
                if leg.order is not None:
                    worth = leg.order.price if leg.order.side is BUY else Decimal(1)
                    held[leg.order.side] += worth * leg.order.size
        for asset, side, names in (
            ("USD", BUY, ("ZUSD", "USD")),
            ("DOGE", Side.SELL, ("XXDG", "DOGE")),
        ):
            free = next((balance[f"{n}.F"] for n in names if f"{n}.F" in balance), None)
            total = next((balance[n] for n in names if n in balance), 0.0)
            amount = _booked(total) if free is None else _booked(free) + held[side]
            books.apply(0, BalanceOpened(asset=asset, amount=amount, reason="recorded"))
            books.accounts.hold(side, held[side])

    def begin(self) -> Turn:
        """Begin a tick, and the turn of its step."""
        self.desk.counters.begin_tick()
        self.turn = Turn(self.desk, self.desk.now, self.desk.mark)
        return self.turn

    def end(self) -> None:
        """Send what was decided, and look what is wrong with what was touched."""
        self.decided += self.turn.events
        send(self.turn)
        found = self.turn.breaches()
        if found:
            self.desk.note(HoldSet(name=INVARIANT, reason=found[0]))

    def out(self) -> Json:
        """Tell the desk as the recorded runtime tells itself."""
        desk, accounts, counters = self.desk, self.desk.books.accounts, self.desk.counters
        refused = len(self.venue.asked) - len(self.venue.taken)
        told: Json = {
            "exchange_calls": [self._call(order) for order in self.venue.asked],
            "slots": {str(n): self._brief(slot) for n, slot in desk.books.slots.items()},
            "mode": desk.mode(),
            "pause_reason": "",
            "deferred_total": self.deferred,
            "entry_used": max(0, counters.entries_used + counters.exempt_used - refused),
        }
        if self.venue.taken:
            told["loop_available_usd"] = float(accounts.free_quote)
            told["loop_available_doge"] = float(accounts.free_base)
        return told

    @property
    def deferred(self) -> int:
        """Count the decisions so far that put an entry off for the cap of a tick."""
        return sum(1 for event in self.decided if getattr(event, "block", None) is Block.DEFERRED)

    def _call(self, order: PlaceOrder) -> Json:
        return {
            "call": "place",
            "side": order.side.value,
            "volume": float(order.size),
            "price": float(order.price),
            "ordertype": "limit",
            "post_only": True,
        }

    def _brief(self, slot: Slot) -> Json:
        long_only, short_only, source = flags_of(self._as_kept(slot))
        return {
            "phase": phase(slot).value,
            "long_only": long_only,
            "short_only": short_only,
            "mode_source": source,
            "cycle_a": slot.a.cycle,
            "cycle_b": slot.b.cycle,
            "total_profit": float(slot.net_profit),
            "round_trips": slot.round_trips,
            "orders": self._orders(slot),
        }

    def _as_kept(self, slot: Slot) -> Slot:
        """Give legs that wait in line the order that the recorded bot keeps for them."""
        rows = self._recorded(slot)
        for name, leg in (("a", slot.a), ("b", slot.b)):
            row = rows.get(leg.name.value)
            if leg.order is None and row is not None and not row["txid"] and _in_line(leg):
                slot = replace(slot, **{name: replace(leg, order=_pending(row))})
        return slot

    def _recorded(self, slot: Slot) -> Json:
        state = next(r for r in self.given["slots"] if r["slot_id"] == slot.slot_id)["state"]
        return {row["trade_id"]: row for row in state["orders"]}

    def _orders(self, slot: Slot) -> list[Json]:
        rows = self._recorded(slot)
        found: list[tuple[int, Json]] = []
        for number, leg in enumerate((slot.a, slot.b)):
            row, order = rows.get(leg.name.value, {}), leg.order
            local_id = row.get("local_id", 1_000 + number)
            if order is not None:
                bound = {"txid": row["txid"]} if row.get("txid") else {}
                cycle = row.get("cycle", order.cycle)  # one that was put off kept its own
                found.append((local_id, {**_order(leg.name, order), "cycle": cycle, **bound}))
            elif row and not row["txid"] and _in_line(leg):
                found.append((local_id, {key: row[key] for key in _SHOWN}))
        return [shown for _, shown in sorted(found, key=lambda one: one[0])]


_SHOWN = ("side", "role", "trade_id", "cycle", "price", "volume", "txid")


def _pending(row: Json) -> Order:
    return Order(
        client_order_id="",
        local_id=row["local_id"],
        role=Role(row["role"]),
        side=Side(row["side"]),
        cycle=row["cycle"],
        attempt=1,
        price=exact(row["price"]),
        size=exact(row["volume"]),
        placed_at=0,
        reason="",
    )


def _order(name: LegName, order: Order) -> Json:
    return {
        "side": order.side.value,
        "role": order.role.value,
        "trade_id": name.value,
        "price": float(order.price),
        "volume": float(order.size),
    }


def _in_line(leg: Leg) -> bool:
    return leg.block in {Block.DEFERRED, Block.NONE}


def _waits(slot: Slot, leg: Leg, state: Json) -> Block:
    """Say what an idle recorded leg waits for: its flag's reason, its turn, or to be filled."""
    del leg
    if any(not row["txid"] for row in state["orders"]):
        return Block.NONE
    if state["long_only"] or state["short_only"]:
        return block_of(state)
    return Block.PACING if phase(slot) is Phase.S0 else Block.NONE


def _rules(given: Json) -> Rules:
    # The orders of a batch were priced and sized before; nothing is checked again.
    batch = (
        {"price_decimals": 6, "min_volume": 0.0, "min_cost_usd": 0.0} if "source" in given else {}
    )
    instrument = instrument_of({**given["constraints"], "maker_fee_pct": 0.0, **batch})
    instrument = replace(instrument, fee_step=Decimal("1E-16"))
    return Rules(
        genesis="paper",
        instrument=instrument,
        entry_pct=Decimal("0.2") if batch else exact(given["entry_pct"]),
        profit_pct=exact(given["profit_pct"]),
        refresh_pct=ZERO,
        digest="r",
    )


def _limits(given: Json) -> Limits:
    config = given.get("config", {})
    limit = config.get("KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT", 225)
    ratio = min(1.0, max(0.1, config.get("OPEN_ORDER_SAFETY_RATIO", 0.75)))
    return Limits(
        entries_per_tick=given.get("entry_cap", UNLIMITED),
        order_cap=int(exact(limit) * exact(ratio)),
    )


def _with_balance(given: Json, decide: Callable[[Scene], None]) -> Json:
    """Decide unless no balance is known: a desk of ours does not begin before its first."""
    scene = Scene(given)
    if given.get("balance") is not None:
        decide(scene)
        scene.end()
    return scene.out()


def _bootstrap(given: Json) -> Json:
    return _with_balance(given, lambda scene: bootstrap(scene.turn))


def _repair(given: Json) -> Json:
    def decide(scene: Scene) -> None:
        scene.desk.index.waiting.update(scene.desk.books.slots[0])
        flagged = given["slots"][0]["state"]
        if flagged["long_only"] or flagged["short_only"]:
            scene.desk.chances.funds_grew = True
            retry(scene.turn)

    return _with_balance(given, decide)


def _batch(given: Json) -> Json:
    scene = Scene(given)
    for slot_id in scene.desk.books.slots:
        for leg in (LEG_B, LEG_A):
            scene.turn.enter(slot_id, EntryWanted(leg=leg, reason=given["source"]))
    scene.end()
    told = {"after_batch": scene.out()}
    scene.begin()
    scene.desk.chances.funds_grew = False  # the recorded drain repairs nothing
    retry(scene.turn)
    scene.end()
    return {**told, "after_next_loop_drain": scene.out()}


def _cap(given: Json) -> int:
    config = given["config"]
    limits = replace(_limits(given), entries_per_tick=config["MAX_ENTRY_ADDS_PER_LOOP"])
    states = [row["state"] for row in given["slots"]]
    ours = sum(len(state["orders"]) + len(state["recovery_orders"]) for state in states)
    told = given["kraken_open_orders"]
    return entry_cap(limits, ours if told is None else told)


def _requirements(given: Json) -> list[float]:
    config = {"volume_decimals": 0, **given}
    return [float(one) for one in requirements(instrument_of(config), exact(given["market"]))]


def _capital(given: Json) -> Json:
    accounts = Scene(given).desk.books.accounts
    return {
        "total_usd": float(accounts.total("USD")),
        "total_doge": float(accounts.total("DOGE")),
        "committed_usd": float(accounts.held("USD")),
        "committed_doge": float(accounts.held("DOGE")),
        "available_usd": float(max(ZERO, accounts.free("USD"))),
        "available_doge": float(max(ZERO, accounts.free("DOGE"))),
    }


def _validate(given: Json) -> Json:
    scene = Scene(given)
    found = breaches(scene.desk.books.slots[0])
    if found:
        scene.desk.note(HoldSet(name=INVARIANT, reason=f"slot 0 invariant violation: {found[0]}"))
    return {"mode": scene.desk.mode(), "pause_reason": scene.desk.pause_reason()}


FORMULAS = {
    "ensure_slot_bootstrapped": _bootstrap,
    "auto_repair_degraded_slot": _repair,
    "execute_actions_batch": _batch,
    "entry_adds_loop_cap": _cap,
    "minimum_bootstrap_requirements": _requirements,
    "capital_ledger": _capital,
    "validate_slot": _validate,
}

"""Answer the recorded formulas of release, vintage and balances with our engine.

The recorded bot took every exit for stuck: ours does so with `stuck_min_age_sec` 0. It read trend
strength off its last fifteen prices, which here stands in for the ADX of closed candles. Its drain
batch is `release_max_per_loop`. Cancels are proven at once where the recorded exchange agreed to them.
"""

from decimal import Decimal
from typing import Any

from msgspec.structs import replace
from recorded import Json, exact, flags_of, instrument_of, micros, order_key, slot_of

from holdfast.domain.events import CancelAsked, CycleBooked
from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO
from holdfast.domain.observations import End
from holdfast.domain.slots import Block, Close, LegName, Slot, phase
from holdfast.engine.drift import Drift, Holdings, drift_of
from holdfast.engine.efficiency import efficiency
from holdfast.engine.exits import RELEASED
from holdfast.engine.gates import (
    ReleaseRules,
    Selector,
    Tier,
    Waiting,
    choose,
    gates_of,
    passes,
    plan,
    waiting_exits,
)
from holdfast.engine.inputs import Input, ReleaseWanted
from holdfast.engine.reducer import reduce
from holdfast.engine.rules import Rules, Terms
from holdfast.engine.sizing import Sizing, entry_amount
from holdfast.engine.stuck import opportunity_cost, share_pct, spread, unrealized, vintage_of

BUCKETS = ("fresh_0_1h", "aging_1_6h", "stale_6_24h", "old_1_7d", "ancient_7d_plus")


class Scene:
    """A recorded scenario read as ours."""

    def __init__(self, given: Json) -> None:
        self.given = given
        config = given.get("config", {})
        self.config = config
        self.now = micros(given["now"])
        self.mark = exact(given["last_price"])
        self.slots = {
            row["slot_id"]: replace(
                slot_of({"s2_entered_at": None, **row["state"]}, sticky=row.get("sticky", True)),
                slot_id=row["slot_id"],
            )
            for row in given["slots"]
        }
        self.calls: list[Json] = []
        self.released = 0
        self.txids = {
            (row["slot_id"], order_key(order["local_id"])): order["txid"]
            for row in given["slots"]
            for order in row["state"]["orders"]
        }
        self.rules = ReleaseRules(
            min_age=micros(config.get("RELEASE_MIN_AGE_SEC", 604800)),
            min_distance_pct=exact(config.get("RELEASE_MIN_DISTANCE_PCT", 10.0)),
            min_strength=exact(config.get("RELEASE_ADX_THRESHOLD", 30.0)),
            max_stuck_pct=Decimal(50),
            panic_stuck_pct=Decimal(80),
            panic_min_age=86_400 * SECOND,
            recovery_target_pct=Decimal(60),
            stuck_min_age=0,
            batch=min(5, max(1, config.get("AUTO_RECOVERY_DRAIN_MAX_PER_LOOP", 1))),
            tiers=Tier.PANIC if config.get("RELEASE_AUTO_ENABLED") else Tier.NONE,
        )
        self.threshold = exact(config.get("BALANCE_RECON_DRIFT_PCT", 2.0))

    @property
    def strength(self) -> Decimal:
        return efficiency([exact(price) for _, price in self.given.get("price_history", ())])

    def total(self) -> Holdings | None:
        """Read what the account holds in all, not the free part (P-21)."""
        told = self.given.get("balance")
        if told is None:
            return None
        base = told.get("XXDG", told.get("DOGE", 0.0))
        return Holdings(base=exact(base), quote=exact(told.get("ZUSD", told.get("USD", 0.0))))

    def baseline(self) -> Holdings | None:
        told = self.given.get("recon_baseline")
        if told is None:
            return None
        return Holdings(base=exact(told["doge"]), quote=exact(told["usd"]))

    def lots(self, slot: Slot) -> list[tuple[LegName, Any]]:
        legs = [(leg.name, leg.lot) for leg in (slot.a, slot.b) if leg.lot is not None]
        return legs + [(one.leg, one.lot) for one in slot.recoveries]

    def open_gain(self, slot: Slot) -> Decimal:
        price = exact(self._state(slot)["market_price"]) or self.mark
        return unrealized(self.lots(slot), price)

    def drift(self) -> Drift | None:
        earned = sum((one.net_profit for one in self.slots.values()), ZERO)
        earned += sum((self.open_gain(one) for one in self.slots.values()), ZERO)
        return drift_of(self.baseline(), self.total(), self.mark, earned)

    def blocked(self) -> str:
        """Say why the hard gate is closed, empty while it is open."""
        found = self.drift()
        if found is None or not found.exceeds(self.threshold):
            return ""
        return f"release blocked by balance recon drift: {found.drift_pct:+.4f}% > {self.threshold:.4f}%"

    def worth(self) -> Decimal:
        """Say what the whole account is worth in quote."""
        total = self.total()
        return ZERO if total is None else total.base * self.mark + total.quote

    def exits(self) -> list[Waiting]:
        return [one for slot in self.slots.values() for one in waiting_exits(slot)]

    def release(self, one: Waiting) -> str:
        """Give an exit up through our reducer; the recorded exchange proves the cancel at once."""
        self._feed(one.slot, ReleaseWanted(leg=one.leg, close=Close.TRANSFER, reason="operator"))
        return f"released exit {one.local_id} on slot {one.slot} @ ${self.mark:.6f}"

    def _feed(self, slot_id: int, seen: Input) -> None:
        instrument = instrument_of(
            {**self.given["constraints"], "min_volume": 0.0, "min_cost_usd": 0.0}
            | {"maker_fee_pct": self.given["maker_fee_pct"]}
        )
        rules = Rules(
            genesis="paper",
            instrument=instrument,
            entry_pct=exact(self.given["entry_pct"]),
            profit_pct=exact(self.given["profit_pct"]),
            refresh_pct=ZERO,
        )
        terms = Terms(
            rules=rules,
            now=self.now,
            mark=self.mark,
            sizing=Sizing(base_sized=False, amount=ZERO),
            block=Block.BALANCE,  # the recorded bot left the leg empty in this loop
        )
        step = reduce(self.slots[slot_id], seen, terms)
        self.slots[slot_id] = step.slot
        for event in step.events:
            if isinstance(event, CancelAsked):
                txid = self.txids[slot_id, event.client_order_id]
                self.calls.append({"call": "cancel", "txid": txid})
                self._feed(slot_id, End(client_order_id=event.client_order_id, status="canceled"))
            elif isinstance(event, CycleBooked):
                self.released += event.reason == RELEASED

    def briefs(self) -> Json:
        return {str(slot_id): self._brief(slot) for slot_id, slot in self.slots.items()}

    def _brief(self, slot: Slot) -> Json:
        long_only, short_only, source = flags_of(slot)
        orders = [leg.order for leg in (slot.a, slot.b) if leg.order is not None]
        return {
            "phase": phase(slot).value,
            "long_only": long_only,
            "short_only": short_only,
            "mode_source": source,
            "cycle_a": slot.a.cycle,
            "cycle_b": slot.b.cycle,
            "total_profit": float(slot.net_profit),
            "round_trips": slot.round_trips,
            "orders": [
                {
                    "local_id": order.local_id,
                    "side": order.side.value,
                    "role": order.role.value,
                    "trade_id": "A"
                    if (order.side.value == "sell") is (order.role.value == "entry")
                    else "B",
                    "cycle": order.cycle,
                    "price": float(order.price),
                    "volume": float(order.size),
                    "txid": self.txids[slot.slot_id, order.client_order_id],
                }
                for order in sorted(orders, key=lambda one: one.local_id)
            ],
        }

    def _state(self, slot: Slot) -> Json:
        row = next(row for row in self.given["slots"] if row["slot_id"] == slot.slot_id)
        return row["state"]  # type: ignore[no-any-return]


def _gate_flags(given: Json) -> Json:
    scene = Scene(given)
    slot = scene.slots[given["slot_id"]]
    one = choose(slot, Selector(local_id=given["local_id"]))
    assert one is not None
    age, distance, regime = gates_of(one, scene.mark, scene.now, scene.strength, scene.rules)
    assert age.measured is not None
    assert distance.measured is not None
    assert regime.measured is not None
    return {
        "age_sec": float(age.measured),
        "distance_pct": float(distance.measured),
        "regime_strength": float(regime.measured),
        "age_ok": age.passed,
        "distance_ok": distance.passed,
        "regime_ok": regime.passed,
    }


def _manual(given: Json, *, oldest: bool) -> Json:
    scene = Scene(given)
    slot = next(iter(scene.slots.values()))
    hard = scene.config.get("RELEASE_RECON_HARD_GATE_ENABLED", True)
    said = scene.blocked() if hard else ""
    ok = False
    if not said:
        ok, said = _try(scene, slot, oldest=oldest)
    return {
        "ok": ok,
        "exchange_calls": scene.calls,
        "slots": scene.briefs(),
        "mode": "RUNNING",
        "sticky_release_total": scene.released,
        "recon_blocked": bool(hard and scene.blocked()),
    }


def _try(scene: Scene, slot: Slot, *, oldest: bool) -> tuple[bool, str]:
    if oldest:
        one = choose(slot, Selector(), lambda each: _open(scene, each))
    else:
        leg = scene.given["trade_id"]
        wanted = Selector(
            leg=None if leg is None else LegName(leg), local_id=scene.given["local_id"]
        )
        one = choose(slot, wanted)
    if one is None:
        return False, "no exit"
    if not oldest and not _open(scene, one):
        return False, "gates"
    return True, scene.release(one)


def _open(scene: Scene, one: Waiting) -> bool:
    return passes(gates_of(one, scene.mark, scene.now, scene.strength, scene.rules))


def _auto(given: Json) -> Json:
    scene = Scene(given)
    if not given["config"].get("STICKY_MODE_ENABLED", False):
        return _auto_out(scene, 0)
    chosen = plan(
        scene.exits(),
        scene.worth(),
        scene.mark,
        scene.now,
        scene.strength,
        scene.rules,
        latched=False,
    ).chosen
    released = 0
    for one in chosen:
        if scene.blocked():
            break
        scene.release(one)
        released += 1
    return _auto_out(scene, released)


def _auto_out(scene: Scene, released: int) -> Json:
    return {
        "released": released,
        "exchange_calls": scene.calls,
        "slots": scene.briefs(),
        "mode": "RUNNING",
    }


def _recon_gate(given: Json) -> list[Any]:
    scene = Scene(given)
    if scene.blocked():
        return [False, scene.blocked()]
    if scene.drift() is None:
        return [
            True,
            "release recon unavailable" if scene.baseline() is None else "release recon gate clear",
        ]
    return [True, "release recon gate clear"]


def _recon(given: Json) -> Json | None:
    scene = Scene(given)
    if scene.baseline() is None:
        return None
    if scene.total() is None:
        return {"status": "NO_BALANCE"}
    found = scene.drift()
    if found is None:
        return {"status": "NO_PRICE"}
    return {
        "status": "DRIFT" if found.exceeds(scene.threshold) else "OK",
        "baseline_doge_eq": float(found.baseline),
        "current_doge_eq": float(found.current),
        "account_growth_doge": float(found.growth),
        "bot_pnl_doge": float(found.earned),
        "drift_doge": float(found.drift),
        "drift_pct": float(found.drift_pct),
        "threshold_pct": float(scene.threshold),
        "price": float(scene.mark),
    }


def _vintage(given: Json) -> Json:
    scene = Scene(given)
    lots = [leg.lot for slot in scene.slots.values() for leg in (slot.a, slot.b) if leg.lot]
    seen = vintage_of(lots, scene.now, scene.mark, scene.rules.stuck_min_age)
    sizing = Sizing(base_sized=False, amount=Decimal(2), compounding=True, floor=True)
    instrument = instrument_of(given["constraints"])
    sizes = [entry_amount(sizing, slot, scene.mark, instrument) for slot in scene.slots.values()]
    smallest, median, largest = spread(sizes)
    strength = scene.strength
    return {
        **dict(zip(BUCKETS, seen.counts, strict=True)),
        "oldest_exit_age_sec": seen.oldest / SECOND,
        "min_slot_size_usd": float(smallest),
        "median_slot_size_usd": float(median),
        "max_slot_size_usd": float(largest),
        "stuck_capital_usd": float(seen.stuck),
        "stuck_capital_pct": float(share_pct(seen.stuck, scene.worth())),
        "vintage_release_eligible": sum(
            passes(gates_of(one, scene.mark, scene.now, strength, scene.rules))
            for one in scene.exits()
        ),
        "regime_strength_adx_proxy": float(strength),
    }


def _unrealized(given: Json) -> Json:
    scene = Scene(given)
    return {str(slot_id): float(scene.open_gain(slot)) for slot_id, slot in scene.slots.items()}


def _opportunity(given: Json) -> float:
    return float(
        opportunity_cost(
            exact(given["age_sec"]) / 3600,
            exact(given["entry_cost"]),
            exact(given["total_capital_usd"]),
            exact(given["hourly_throughput_usd"]),
        )
    )


FORMULAS = {
    "release_gate_flags": _gate_flags,
    "release_slot": lambda given: _manual(given, oldest=False),
    "release_oldest_eligible": lambda given: _manual(given, oldest=True),
    "auto_release": _auto,
    "release_recon_gate": _recon_gate,
    "balance_recon": _recon,
    "vintage_metrics": _vintage,
    "slots_unrealized_profit": _unrealized,
    "opportunity_cost_usd": _opportunity,
}

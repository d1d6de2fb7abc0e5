"""Answer the recorded formulas of sizing, capacity, throughput, volatility and the daily loss.

The recorded bot subtracts committed buys from what is already net of them and carries over what it
did not share out (P-7, P-6); ours does neither, and is asked with the same free funds. It knows no
largest share of one slot, and declares a volatility floor that it never reads: both are set so wide
here that they do nothing. Without quote-first allocation it gives every slot a part of the account.
Its sizer looks at nothing while it is off; ours is shown nothing then.
"""

from decimal import Decimal

from msgspec.structs import replace
from recorded import REGIMES, Json, exact, instrument_of, micros, slot_of

from holdfast.config.settings import Settings
from holdfast.desk.status.document import day_text
from holdfast.domain.events import CycleBooked
from holdfast.domain.market import SECOND, Regime
from holdfast.domain.money import ZERO, Instrument
from holdfast.domain.slots import BUY, SELL, LegName, Slot
from holdfast.engine import allocation, capacity, layers, statistics, throughput, volatility
from holdfast.engine.shaping import Shaping
from holdfast.engine.sizing import Sizing, sized
from holdfast.safety import triggers
from holdfast.safety.risk_memory import RiskMemory
from holdfast.safety.risk_policy import policy_of
from holdfast.safety.risk_state import RiskState

NO_LIMIT = Decimal(10**9)
ABSENT: Json = {"s2_entered_at": None}


def _slots(given: Json) -> list[Slot]:
    return [
        replace(slot_of({**ABSENT, **row["state"]}, sticky=row["sticky"]), slot_id=row["slot_id"])
        for row in given["slots"]
    ]


def _instrument(given: Json) -> Instrument:
    return instrument_of({**given["constraints"], "maker_fee_pct": given["maker_fee_pct"]})


def _sharing(config: Json, **others: bool) -> allocation.Sharing:
    return allocation.Sharing(
        quote_first=config["QUOTE_FIRST_ALLOCATION"],
        by_account=not config["QUOTE_FIRST_ALLOCATION"],
        buffer=exact(config["ALLOCATION_SAFETY_BUFFER_USD"]),
        most=NO_LIMIT,
        dust=others.get("dust", config["DUST_SWEEP_ENABLED"]),
        dust_least=exact(config["DUST_MIN_THRESHOLD"]),
        dust_most_pct=exact(config["DUST_MAX_BUMP_PCT"]),
    )


def _layering(given: Json) -> layers.Layering:
    config = given["config"]
    return layers.Layering(
        target=given["target_layers"],
        base_per_order=exact(config["CAPITAL_LAYER_DOGE_PER_ORDER"]),
        buffer=exact(config["CAPITAL_LAYER_BALANCE_BUFFER"]),
    )


def _funds(given: Json) -> allocation.Funds:
    slots = _slots(given)
    rest = allocation.resting(slots)
    return allocation.Funds(
        free_quote=exact(given["loop_available_usd"]),
        free_base=exact(given["loop_available_doge"]),
        ready=sum(map(allocation.wants_buy, slots)),
        slots=len(slots),
        buys=sum(one.side is BUY for one in rest),
        sells=sum(one.side is SELL for one in rest),
    )


def _size(given: Json) -> Decimal:
    return exact(given["config"]["ORDER_SIZE_USD"])


def _buy_base(given: Json) -> Json:
    slots, funds, sharing = _slots(given), _funds(given), _sharing(given["config"])
    size = _size(given)
    base = allocation.buy_amount(sharing, size, size, funds)
    out: Json = {
        "base": float(base),
        "carry_after": 0.0,
        "meta": None,
        "wants_buy": [one.slot_id for one in slots if allocation.wants_buy(one)],
        "committed_buy_usd": float(allocation.committed_buys(slots)),
    }
    if sharing.quote_first:
        share = allocation.share_of_quote(funds.free_quote, funds.ready, sharing.buffer)
        pool = float(share.shared + share.left)
        out["meta"] = {
            "enabled": True,
            "buy_ready_slots": funds.ready,
            "committed_buy_quote_usd": out["committed_buy_usd"],
            "deployable_usd": pool,
            "allocation_pool_usd": pool,
            "allocated_usd": float(share.shared),
            "carry_usd": 0.0,
            "unallocated_spendable_usd": float(share.left),
        }
    else:
        out["carry_after"] = given["quote_first_carry_usd"]
    return out


def _slot_order_size(given: Json) -> Json:
    slot = next(one for one in _slots(given) if one.slot_id == given["slot_id"])
    sizing = Sizing(
        base_sized=False,
        amount=_size(given),
        compounding=True,
        floor=given["config"]["ENTRY_FLOOR_ENABLED"],
        shaping=Shaping(sharing=_sharing(given["config"]), layering=_layering(given)),
    )
    mark = exact(given["price_override"] or given["last_price"])
    leg, instrument = LegName(given["trade_id"] or "A"), _instrument(given)
    funds = replace(_funds(given), asks=allocation.wants_buy(slot))
    amount = sized(sizing, slot, leg, mark, instrument, funds)
    bare = sized(replace(sizing, floor=False), slot, leg, mark, instrument, funds)
    return {"usd": float(amount), "floor_applied": int(amount > bare)}


def _layers(given: Json) -> Json:
    funds, layering = _funds(given), _layering(given)
    mark = exact(given["last_price"])
    found = layers.layers(layering, funds, mark)
    each = layering.base_per_order
    return {
        "target_layers": found.target,
        "effective_layers": found.in_force,
        "doge_per_order_per_layer": float(each),
        "layer_order_budget": layering.budget,
        "layer_step_doge_eq": float(each * layering.budget),
        "mark_price": float(mark),
        "add_layer_usd_equiv_now": float(each * layering.budget * mark),
        "active_sell_orders": funds.sells,
        "active_buy_orders": funds.buys,
        "open_orders_total": funds.buys + funds.sells,
        "max_layers_from_doge": found.from_base,
        "max_layers_from_usd": found.from_quote,
        "gap_layers": found.short,
        "gap_doge_now": float(found.short_base),
        "gap_usd_now": float(found.short_quote),
        "free_usd": float(funds.free_quote),
        "free_doge": float(funds.free_base),
    }


def _dust(given: Json) -> float:
    sharing, funds, size = _sharing(given["config"]), _funds(given), _size(given)
    each = allocation.buy_amount(sharing, size, size, funds)
    return float(allocation.dust_dividend(sharing, each, funds))


def _capacity(given: Json) -> Json:
    slots, config, now = _slots(given), given["config"], given["now"]
    ours, told = len(allocation.resting(slots)), given["kraken_open_orders"]
    cap = config["KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT"]
    safe = capacity.safe_cap(cap, exact(config["OPEN_ORDER_SAFETY_RATIO"]))

    def of_a_day(times: list[float]) -> list[float]:
        return [at for at in times if at >= now - 86_400]

    opened = len(of_a_day(given["partial_fill_open_events"]))
    canceled = len(of_a_day(given["partial_fill_cancel_events"]))
    found = capacity.room(ours if told is None else told, safe, len(slots), canceled)
    lengths = [length for at, length in given["fill_durations"] if at >= now - 86_400]
    median, late = statistics.median_and_late([Decimal(repr(one)) for one in lengths])
    return {
        "open_orders_current": found.resting,
        "open_orders_source": "internal_fallback" if told is None else "kraken",
        "open_orders_internal": ours,
        "open_orders_kraken": told,
        "open_orders_drift": None if told is None else told - ours,
        "open_order_limit_configured": cap,
        "open_orders_safe_cap": safe,
        "open_order_headroom": found.headroom,
        "open_order_utilization_pct": _number(found.used_pct),
        "orders_per_slot_estimate": _number(found.per_slot),
        "estimated_slots_remaining": found.slots_left,
        "partial_fill_open_events_1d": opened,
        "partial_fill_cancel_events_1d": canceled,
        "median_fill_seconds_1d": _number(median),
        "p95_fill_seconds_1d": _number(late),
        "status_band": found.band,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _regime(tag: int | None) -> Regime | None:
    return None if tag is None else REGIMES[tag]


def _throughput(given: Json) -> Json:
    knobs = _throughput_knobs(given["config"])
    closed = [
        throughput.Closed(
            opened_at=micros(row["entry_time"]),
            closed_at=micros(row["exit_time"]),
            seconds=Decimal(micros(row["exit_time"]) - micros(row["entry_time"])) / SECOND,
            net=exact(row["net_profit"]),
            leg=LegName(row["trade_id"]),
            regime=_regime(row["regime_at_entry"]),
        )
        for row in given["cycles"]
    ]
    waits = [
        throughput.Waits(
            seconds=exact(row["age_sec"]),
            size=exact(row["volume"]),
            leg=LegName(row["trade_id"]),
            regime=_regime(row["regime_at_entry"]),
        )
        for row in given["open_exits"]
    ]
    paces = throughput.paces_of(knobs, closed, waits) if knobs.enabled else throughput.NO_PACES
    waits = waits if knobs.enabled else []
    pressure = throughput.pressure_of(knobs, paces, waits, exact(given["free_doge"]))
    base, active = given["base_size_usd"], Regime(given["regime_label"] or "ranging")
    named = {"ranging": "ranging", "bullish": "bullish", "bearish": "bearish", "None": active}
    said = {
        f"{name}/{leg.value}": throughput.advised_multiple(
            knobs, paces, pressure, Regime(regime), leg
        )
        for name, regime in named.items()
        for leg in LegName
    }
    status: Json = {
        "enabled": knobs.enabled,
        "active_regime": active.value,
        "last_update_n": paces.cycles,
        "age_pressure": _rounded(pressure.age),
        "age_pressure_reference": "p90",
        "age_pressure_ref_age_sec": _rounded(pressure.reference, 1),
        "util_penalty": _rounded(pressure.util),
        "oldest_open_exit_age_sec": _rounded(pressure.oldest, 1),
        "util_ratio": _rounded(pressure.locked),
        "aggregate": _pace(paces.total),
    }
    for (regime, leg), pace in paces.buckets.items():
        status[f"{regime.value}_{leg.value}"] = _pace(pace)
    return {
        "sized": {
            name: [float(one.multiple) * base, _reason(one, pressure)] for name, one in said.items()
        },
        "status": status,
    }


def _throughput_knobs(config: Json) -> throughput.Throughput:
    return throughput.Throughput(
        enabled=config["enabled"],
        lookback=config["lookback_cycles"],
        min_samples=config["min_samples"],
        min_samples_per_bucket=config["min_samples_per_bucket"],
        full_confidence=config["full_confidence_samples"],
        halflife=config["recency_halflife"],
        age_trigger=exact(config["age_pressure_trigger"]),
        util_threshold=exact(config["util_threshold"]),
    )


def _reason(one: throughput.Advised, pressure: throughput.Pressure) -> str:
    if one.reason not in {"tp_bucket", "tp_no_bucket"}:
        return one.reason
    made = f"age={pressure.age:.3f},util={pressure.util:.3f},m={one.multiple:.3f},agg=1.000"
    if one.bucket is None:
        return f"tp_aggregate(t={one.of_bucket:.3f},{made}):no_bucket"
    regime, leg = one.bucket
    return f"tp_{regime.value}_{leg.value}(t={one.of_bucket:.3f},{made})"


def _pace(pace: throughput.Pace) -> Json:
    counted = f"insufficient_samples ({pace.completed}/{pace.needed})"
    told = counted if pace.needed else "insufficient_data"
    return {
        "multiplier": _rounded(pace.multiplier),
        "sufficient_data": pace.enough,
        "reason": "ok" if pace.enough else told,
        "n_completed": pace.completed,
        "n_censored": pace.censored,
        "median_fill_sec": _rounded(pace.median, 1),
        "p75_fill_sec": _rounded(pace.p75, 1),
        "p95_fill_sec": _rounded(pace.p95, 1),
        "mean_profit_per_sec": _rounded(pace.net_per_second, 12),
    }


def _rounded(value: Decimal, places: int = 6) -> float:
    return round(float(value), places)


def _volatility(given: Json) -> float:
    move = volatility.usual_move([exact(price) for _, price in given["price_history"]])
    knobs = volatility.VolatilityTarget()
    fee = exact(given["maker_fee_pct"])
    return float(volatility.profit_target(knobs, exact(given["profit_pct"]), move, fee))


def _daily_loss(given: Json) -> Json:
    limit, now = exact(given["config"]["DAILY_LOSS_LIMIT"]), micros(given["now"])
    policy = policy_of(Settings(daily_loss_limit=limit), "DOGE/USD")
    memory = RiskMemory("USD")
    for at, event in sorted(_booked(given), key=lambda row: row[0]):
        memory.apply(at, event)
    loss, mid = memory.loss_of_the_day(now), exact(given["last_price"])
    state = RiskState(at=now, env="live", symbol="DOGE/USD", mode="LIVE", mid=mid, day_loss=loss)
    held = [one.name for one in triggers.due(policy, state, ())]
    return {
        "loss": float(loss),
        "active": triggers.DAILY_LOSS in held,
        "utc_day": day_text(now) if held else "",
        "mode": "PAUSED" if held else "RUNNING",
    }


def _booked(given: Json) -> list[tuple[int, CycleBooked]]:
    return [
        (
            micros(row["exit_time"]),
            CycleBooked(
                slot=slot["slot_id"],
                leg=LegName(row["trade_id"]),
                cycle=row["cycle"],
                entry_price=exact(row["entry_price"]),
                exit_price=exact(row["exit_price"]),
                size=exact(row["volume"]),
                gross=exact(row["gross_profit"]),
                entry_fee=exact(row["fees"]),
                exit_fee=ZERO,
                net=exact(row["net_profit"]),
                settled=ZERO,
                quote_fee=ZERO,
                entry_time=0,
                losses=0,
                cooldown_until=0,
                next_cycle=row["cycle"] + 1,
                mark=ZERO,
                rules="",
            ),
        )
        for slot in given["slots"]
        for row in slot["state"]["completed_cycles"]
    ]


FORMULAS = {
    "b_side_base_usd": _buy_base,
    "slot_order_size_usd": _slot_order_size,
    "effective_layers": _layers,
    "dust_dividend": _dust,
    "capacity_health": _capacity,
    "throughput_sizer": _throughput,
    "volatility_profit_pct": _volatility,
    "daily_loss_lock": _daily_loss,
}

"""Tell what sizes entries: shares of the quote, layers, dust, speed, idle quote, target, fee (core 5.2, 5.6).

What is switched off is measured all the same and told as advice; nothing here changes an entry.
"""

from decimal import Decimal
from itertools import islice
from typing import Any

from holdfast.desk.sizing_adviser import SizingAdviser
from holdfast.desk.status.facts import View
from holdfast.desk.volatility_adviser import VolatilityAdviser
from holdfast.domain.market import SECOND, Regime
from holdfast.domain.money import ZERO
from holdfast.domain.slots import BUY, SELL
from holdfast.engine import rebalance
from holdfast.engine.allocation import (
    Funds,
    Sharing,
    committed_buys,
    dust_dividend,
    resting,
    share_of_quote,
    wants_buy,
)
from holdfast.engine.capacity import CAUTION_ROOM
from holdfast.engine.fees import fee_seen, rate_of
from holdfast.engine.layers import Layering, layers
from holdfast.engine.sizing import entry_amount
from holdfast.engine.throughput import BUCKETS, Pace, advised_multiple

_SIX = Decimal("0.000001")


def throughput_sizer(view: View) -> dict[str, Any]:
    """Say how quickly cycles of each kind close, and by what entries would be multiplied."""
    desk, closed = view.desk, view.desk.closed
    if closed is None:
        return {"ready": False}
    slots = desk.books.slots.values()
    paces, pressure = closed.table(
        desk.tick_number, view.market_time, slots, desk.books.accounts.free_base
    )
    readings = desk.readings
    known = readings is not None and readings.regime_ready
    regime = readings.regime if readings is not None and known else Regime.RANGING
    told = {
        f"{one.value}_{leg.value}": {
            **_pace(paces.buckets[one, leg]),
            "advised_multiple": _six(
                advised_multiple(closed.as_if_on, paces, pressure, one, leg).multiple
            ),
        }
        for one, leg in BUCKETS
    }
    return {
        "ready": True,
        "enabled": closed.knobs.enabled,
        "active_regime": regime.value,
        "last_update_n": paces.cycles,
        "age_pressure": _six(pressure.age),
        "age_pressure_reference": "p90",
        "age_pressure_ref_age_sec": int(pressure.reference),
        "util_penalty": _six(pressure.util),
        "oldest_open_exit_age_sec": int(pressure.oldest),
        "util_ratio": _six(pressure.locked),
        "aggregate": _pace(paces.total),
        **told,
    }


def rebalancer(view: View) -> dict[str, Any]:
    """Say how much quote lies idle by both bases, and the lean that would bring it to its target."""
    knobs, accounts = rebalancing_of(view), view.desk.books.accounts
    slots, price = view.desk.books.slots.values(), view.price
    sizing, market = view.desk.sizing, view.desk.rules.instrument
    wanted = (
        sum((entry_amount(sizing, one, price, market) for one in slots), ZERO) if price else ZERO
    )
    found = rebalance.idle_of(
        accounts.total(accounts.quote),
        accounts.total(accounts.base),
        price,
        committed_buys(slots),
        wanted * price if sizing.base_sized else wanted,
    )
    lean = _lean(view, knobs, rebalance.ratio_of(found, knobs.basis))
    sells, buys = rebalance.multiples(knobs, lean.skew)
    return {
        "ready": True,
        "enabled": view.profile.settings.rebalance_enabled,
        "advice_only": True,
        "basis": knobs.basis,
        "idle_usd": found.quote,
        "idle_ratio": rebalance.ratio_of(found, knobs.basis),
        "idle_ratio_mark_to_market": found.mark_to_market,
        "idle_ratio_quote_only": found.quote_only,
        "idle_ratio_smoothed": lean.smoothed,
        "target": knobs.target,
        "error": lean.error,
        "skew": lean.skew,
        "advised_multiple_a": sells,
        "advised_multiple_b": buys,
        "measured_at": lean.at or None,
    }


def sizing(view: View) -> dict[str, Any]:
    """Say what shapes entries and what each part of it comes to now."""
    settings, desk = view.profile.settings, view.desk
    slots = desk.books.slots.values()
    funds, shaping = _funds(view), desk.sizing.shaping
    sharing = (shaping.sharing if shaping else None) or Sharing(
        buffer=settings.allocation_safety_buffer_usd, most=settings.b_side_max_mult
    )
    share = share_of_quote(funds.free_quote, funds.ready, sharing.buffer)
    return {
        "ready": True,
        "shaped": any(isinstance(one, SizingAdviser) for one in desk.advisers),
        "quote_first": {
            "enabled": sharing.quote_first,
            "buy_ready_slots": funds.ready,
            "committed_buy_quote_usd": committed_buys(slots),
            "deployable_usd": share.shared + share.left,
            "allocation_pool_usd": share.shared + share.left,
            "share_usd": min(share.each, desk.sizing.amount * sharing.most),
            "allocated_usd": share.shared,
            "carry_usd": ZERO,
            "unallocated_spendable_usd": share.left,
        },
        "capital_layers": _layers(view, funds),
        "dust": {
            "enabled": sharing.dust,
            "dividend_usd": dust_dividend(sharing, desk.sizing.amount, funds),
        },
        "volatility_target": _target(view),
        "fee_tier": _fee(view),
    }


def rebalancing_of(view: View) -> rebalance.Rebalancing:
    """Read the knobs of the controller."""
    settings = view.profile.settings
    return rebalance.Rebalancing(
        basis=settings.rebalance_basis,
        target=settings.rebalance_target_idle_pct,
        interval=settings.rebalance_interval_sec * SECOND,
        halflife=settings.rebalance_ema_halflife * SECOND,
        kp=settings.rebalance_kp,
        kd=settings.rebalance_kd,
        max_skew=settings.rebalance_max_skew,
        max_step=settings.rebalance_max_skew_step,
        neutral=settings.rebalance_neutral_band,
        max_mult=settings.rebalance_max_size_mult,
        sensitivity=settings.rebalance_size_sensitivity,
    )


def _lean(view: View, knobs: rebalance.Rebalancing, ratio: Decimal) -> rebalance.Lean:
    facts, now = view.facts, view.market_time
    lean = facts.lean
    if lean is None or now - lean.at >= knobs.interval:
        tight = view.desk.limits.order_cap - len(view.desk.books.orders) < CAUTION_ROOM
        lean = rebalance.leaned(knobs, lean, ratio, now, throttled=tight)
        facts.lean = lean
    return lean


def _funds(view: View) -> Funds:
    desk = view.desk
    slots, accounts = desk.books.slots.values(), desk.books.accounts
    rest = resting(slots)
    return Funds(
        free_quote=accounts.free_quote,
        free_base=accounts.free_base,
        ready=sum(map(wants_buy, slots)),
        slots=len(slots),
        buys=sum(one.side is BUY for one in rest),
        sells=sum(one.side is SELL for one in rest),
    )


def _layers(view: View, funds: Funds) -> dict[str, Any]:
    shaping, settings = view.desk.sizing.shaping, view.profile.settings
    layering = (shaping.layering if shaping else None) or Layering(
        base_per_order=settings.capital_layer_doge_per_order,
        buffer=settings.capital_layer_balance_buffer,
        budget=settings.capital_layer_order_budget,
        source=settings.capital_layer_default_source,
    )
    found = layers(layering, funds, view.price)
    step = layering.base_per_order * layering.budget
    return {
        "target_layers": found.target,
        "max_target_layers": settings.capital_layer_max_target_layers,
        "effective_layers": found.in_force,
        "doge_per_order_per_layer": layering.base_per_order,
        "layer_order_budget": layering.budget,
        "layer_step_doge_eq": step,
        "add_layer_usd_equiv_now": step * view.price,
        "max_layers_from_doge": found.from_base,
        "max_layers_from_usd": found.from_quote,
        "gap_layers": found.short,
        "gap_doge_now": found.short_base,
        "gap_usd_now": found.short_quote,
    }


def _target(view: View) -> dict[str, Any]:
    desk = view.desk
    adviser = next((one for one in desk.advisers if isinstance(one, VolatilityAdviser)), None)
    readings = desk.readings
    ready = readings is not None and readings.volatility_ready
    return {
        "enabled": adviser is not None,
        "move_pct": readings.volatility if readings is not None and ready else None,
        "plain_pct": desk.rules.profit_pct,
        "target_pct": adviser.target() if adviser else desk.rules.profit_pct,
    }


def _fee(view: View) -> dict[str, Any]:
    settings, paid = view.profile.settings, view.facts.tally.maker_fees
    newest = islice(reversed(paid), settings.fee_observation_window)
    configured = view.desk.rules.instrument.maker_fee_pct
    rates = [rate_of(fee, cost) for fee, cost in newest]
    seen = fee_seen(rates, configured, settings.fee_mismatch_threshold_pct)
    return {
        "configured_pct": configured,
        "observed_pct": seen.observed_pct,
        "samples": seen.samples,
        "away_pct": seen.away_pct,
        "differs": seen.differs,
    }


def _pace(pace: Pace) -> dict[str, Any]:
    short = f"insufficient_samples ({pace.completed}/{pace.needed})"
    return {
        "multiplier": _six(pace.multiplier),
        "sufficient_data": pace.enough,
        "reason": "ok" if pace.enough else short,
        "n_completed": pace.completed,
        "n_censored": pace.censored,
        "median_fill_sec": int(pace.median),
        "p75_fill_sec": int(pace.p75),
        "p95_fill_sec": int(pace.p95),
        "mean_profit_per_sec": pace.net_per_second.quantize(Decimal("1E-12")),
    }


def _six(value: Decimal) -> Decimal:
    return value.quantize(_SIX)

"""Tell what of core 3.6 and 3.7 a status holds: vintage, the hard gate, the tiers, what was given up."""

from decimal import Decimal
from typing import Any

from holdfast.desk.release.auto import closed_by
from holdfast.desk.release.look import Look, look_at
from holdfast.desk.release.recon import Standing
from holdfast.desk.status.facts import View, percent
from holdfast.desk.status.slots import Row
from holdfast.desk.status.vintage import seen_vintage, slot_vintage
from holdfast.engine.gates import Plan, tier_of

STATUS = {Standing.OPEN: "OK", Standing.TRIPPED: "DRIFT", Standing.UNKNOWN: "UNKNOWN"}


def release_blocks(view: View, rows: list[Row], worth: Decimal) -> dict[str, Any]:
    """Tell the blocks `balance_recon`, `slot_vintage` and `release_health` from one look."""
    look = look_at(view.desk, view.profile.settings, view.price, view.market_time)
    seen = seen_vintage(view, rows)
    return {
        "balance_recon": balance_recon(view, look),
        "slot_vintage": slot_vintage(view, rows, worth, seen, look),
        "release_health": release_health(view, look, percent(seen.stuck, worth)),
    }


def balance_recon(view: View, look: Look) -> dict[str, Any]:
    """Compare venue and books asset by asset, and growth with what the desk earned (core 3.6)."""
    recon, settings = look.recon, view.profile.settings
    drift = recon.drift
    figures = {
        "baseline_doge_eq": None if drift is None else drift.baseline,
        "current_doge_eq": None if drift is None else drift.current,
        "account_growth_doge": None if drift is None else drift.growth,
        "bot_pnl_doge": None if drift is None else drift.earned,
        "drift_doge": None if drift is None else drift.drift,
        "drift_pct": None if drift is None else drift.drift_pct,
    }
    status = STATUS.get(recon.standing)
    if status is None:  # the gate is off; what was found is told all the same
        status = "UNKNOWN" if drift is None else "OK"
        if any(recon.gaps.values()):
            status = "DRIFT"
    return {
        "ready": bool(recon.gaps),
        "status": status,
        "venue_minus_books": dict(recon.gaps),
        "threshold_pct": settings.balance_recon_drift_pct,
        **{
            name: None if figure is None else figure.quantize(Decimal("1E-8"))
            for name, figure in figures.items()
        },
        "price": look.mark,
    }


def release_health(view: View, look: Look, stuck_pct: Decimal) -> dict[str, Any]:
    """Tell what was given up, how the hard gate stands, and what each tier would do now."""
    tally, settings, recon = view.facts.tally, view.profile.settings, look.recon
    latched = view.desk.books.panic_latched
    tier, latched = tier_of(stuck_pct, latched=latched, rules=look.rules)
    planned = Plan(tier=tier, latched=latched, stuck_pct=stuck_pct, chosen=())
    return {
        "ready": True,
        "sticky_release_total": tally.released,
        "sticky_release_last_at": tally.released_at or None,
        "recon_hard_gate_enabled": settings.release_recon_hard_gate_enabled,
        "recon_hard_gate_blocked": recon.blocked,
        "recon_hard_gate_reason": recon.reason,
        "recon_hard_gate_known": recon.standing is not Standing.UNKNOWN,
        "close": settings.release_close,
        "max_stuck_pct": settings.release_max_stuck_pct,
        "auto_tier_allowed": look.rules.tiers.name.lower(),
        "auto_tier": tier.name.lower(),
        "auto_closed_reason": closed_by(planned, look) or None,
        "panic_latched": latched,
        "tier1_eligible": stuck_pct > settings.release_max_stuck_pct,
        "tier2_eligible": latched or stuck_pct > settings.release_panic_stuck_pct,
        "releasing": _under_way(view),
    }


def _under_way(view: View) -> int:
    return sum(
        leg.lot is not None and bool(leg.lot.release)
        for slot in view.desk.books.slots.values()
        for leg in (slot.a, slot.b)
    )

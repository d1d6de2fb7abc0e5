"""Tell how old the waiting exits are, and what capital they hold (core 3.7, design 9).

Every exit counts as waiting; one counts as stuck from `stuck_min_age_sec` on. Ages are raw.
"""

from collections import deque
from decimal import Decimal
from typing import Any

from holdfast.desk.release.look import Look
from holdfast.desk.status.facts import View, percent
from holdfast.desk.status.slots import Row, open_lots
from holdfast.domain.market import SECOND
from holdfast.engine.efficiency import efficiency
from holdfast.engine.gates import Waiting, passes, waiting_exits
from holdfast.engine.stuck import WARN_AGE, Vintage, spread, vintage_of

BUCKETS = (
    "vintage_fresh_0_1h",
    "vintage_aging_1_6h",
    "vintage_stale_6_24h",
    "vintage_old_1_7d",
    "vintage_ancient_7d_plus",
)
SHOWN = 30
PLACES = Decimal("1E-4")


def seen_vintage(view: View, rows: list[Row]) -> Vintage:
    """Count the exits that wait, recoveries included."""
    lots = [lot for row in rows for _, lot in open_lots(row.slot)]
    age = view.profile.settings.stuck_min_age_sec * SECOND
    return vintage_of(lots, view.market_time, view.price, age)


def slot_vintage(
    view: View, rows: list[Row], worth: Decimal, seen: Vintage, look: Look
) -> dict[str, Any]:
    """Sort the waiting exits by age; `worth` is the whole account in quote."""
    sizes = spread([row.moving["order_size_usd"] for row in rows])
    stuck_pct = percent(seen.stuck, worth)
    exits = oldest_first(rows)
    eligible = sum(passes(look.gates(one)) for one in exits)
    recon = look.recon
    return {
        **dict(zip(BUCKETS, seen.counts, strict=True)),
        "waiting_exits": sum(seen.counts),
        "stuck_exits": seen.stuck_count,
        "oldest_exit_age_sec": seen.oldest // SECOND,
        "min_slot_size_usd": sizes[0],
        "median_slot_size_usd": sizes[1],
        "max_slot_size_usd": sizes[2],
        "stuck_capital_usd": seen.stuck,
        "stuck_capital_pct": stuck_pct,
        "waiting_capital_usd": seen.waiting,
        "waiting_capital_pct": percent(seen.waiting, worth),
        "vintage_warn": seen.oldest >= WARN_AGE,
        "vintage_critical": stuck_pct > view.profile.settings.release_max_stuck_pct,
        "vintage_release_eligible": eligible > 0,
        "vintage_release_eligible_count": eligible,
        "release_recon_gate_blocked": recon.blocked,
        "release_recon_gate_reason": recon.reason,
        "regime_strength_adx": look.strength,
        "regime_strength_adx_proxy": _proxy(view.facts.prices),
        "exits": [_told(one, look) for one in exits[:SHOWN]],
    }


def oldest_first(rows: list[Row]) -> list[Waiting]:
    """List the exits that legs owe, oldest first."""
    found = [
        one
        for row in rows
        if row.slot.a.lot is not None or row.slot.b.lot is not None
        for one in waiting_exits(row.slot)
    ]
    return sorted(found, key=lambda one: (one.lot.opened_at, one.slot))


def _proxy(prices: deque[Decimal]) -> Decimal:
    return efficiency(prices).quantize(PLACES)


def _told(one: Waiting, look: Look) -> dict[str, Any]:
    gates = look.gates(one)
    return {
        "slot_id": one.slot,
        "trade_id": one.leg.value,
        "exit_id": one.local_id,
        "client_order_id": one.client_order_id,
        "price": one.price,
        "volume": one.lot.size - one.lot.closed,
        "age_sec": one.age(look.now) // SECOND,
        "releasing": bool(one.lot.release),
        "eligible": passes(gates),
        "gates": [
            {
                "name": gate.name,
                "measured": None if gate.measured is None else gate.measured.quantize(PLACES),
                "bound": gate.bound,
                "unit": gate.unit,
                "passed": gate.passed,
            }
            for gate in gates
        ],
    }

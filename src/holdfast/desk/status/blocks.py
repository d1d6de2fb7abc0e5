"""Tell the blocks of a status that describe the whole desk: capacity, money, sizing, healing.

What a later capability will fill says `ready: false` and gives no figure in its place.
"""

from decimal import Decimal
from typing import Any

from holdfast.config.relations import order_cap
from holdfast.desk.control.verb_rules import audit_differences
from holdfast.desk.control.verb_slots import slot_plan
from holdfast.desk.limits import UNLIMITED
from holdfast.desk.status.facts import View, percent
from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO
from holdfast.domain.slots import Block
from holdfast.engine.allocation import resting_entries
from holdfast.engine.capacity import ORDERS_A_SLOT, room
from holdfast.engine.statistics import median_and_late

QUEUES = (Block.PACING, Block.DEFERRED, Block.CAPACITY, Block.BUDGET, Block.NONE)


def entry_scheduler(view: View) -> dict[str, Any]:
    """Say how many entries a tick may add, and how many wait for their turn."""
    desk, tally = view.desk, view.facts.tally
    counters, limits = desk.counters, desk.limits
    waiting = desk.index.waiting.counts()
    paced = limits.entries_per_tick < UNLIMITED
    return {
        "cap_per_loop": desk.entry_cap() if paced else None,
        "used_this_loop": counters.entries_used,
        "pending_entries": sum(waiting.get(block, 0) for block in QUEUES),
        "deferred_total": tally.deferred,
        "drained_total": counters.drained,
        "last_deferred_at": tally.last_deferred_at or None,
        "last_drained_at": counters.last_drained_at or None,
    }


def capacity(view: View, scheduler: dict[str, Any]) -> dict[str, Any]:
    """Say how many orders rest, how many may, and how quickly they fill (core 3.11)."""
    desk, tally, settings = view.desk, view.facts.tally, view.profile.settings
    now, slots = len(desk.books.orders), len(desk.books.slots)
    safe = desk.limits.order_cap if desk.limits.order_cap < UNLIMITED else None
    found = room(now, safe, slots, len(tally.partial_cancels))
    median, late = _fill_seconds([length for _, length in tally.fill_times])
    return {
        "open_orders_current": now,
        "open_orders_source": "internal",
        "open_orders_internal": now,
        "open_orders_kraken": None,
        "open_orders_drift": None,
        "open_order_limit_configured": order_cap(
            settings.open_order_cap, settings.kraken_open_orders_per_pair_limit
        ),
        "open_orders_safe_cap": safe,
        "open_order_headroom": found.headroom,
        "open_order_utilization_pct": None
        if safe is None
        else percent(Decimal(now), Decimal(safe)),
        "orders_per_slot_estimate": (found.per_slot or ZERO).quantize(Decimal("0.01")),
        "estimated_slots_remaining": found.slots_left if found.per_slot else None,
        "partial_fill_open_events_1d": len(tally.partial_opens),
        "partial_fill_cancel_events_1d": len(tally.partial_cancels),
        "median_fill_seconds_1d": median,
        "p95_fill_seconds_1d": late,
        "status_band": found.band,
        "blocked_risk_hint": list(found.hints),
        "projection": projection(view),
        "calls_per_loop": desk.limits.calls_per_tick if _paced(view) else None,
        "calls_used_this_loop": desk.counters.calls_used,
        "private_api_metronome": {"ready": False},
        "entry_scheduler": scheduler,
    }


def projection(view: View) -> dict[str, Any]:
    """Say what the slots need at worst, and the most slots that are fine, advised and allowed."""
    desk, settings = view.desk, view.profile.settings
    entries = resting_entries(desk.books.slots.values())
    staying = sum(not slot.draining for slot in desk.books.slots.values())
    plan, more = slot_plan(staying, view.profile), slot_plan(staying + 1, view.profile)
    safe = desk.limits.order_cap if desk.limits.order_cap < UNLIMITED else None
    return {
        "slots": staying,
        "worst_case_orders": plan.worst,
        "worst_case_headroom": plan.headroom,
        "fit": plan.fit.value,
        "reasons": list(plan.reasons),
        "next_slot_fit": more.fit.value,
        "next_slot_reasons": list(more.reasons),
        "most_slots": None if safe is None else safe // ORDERS_A_SLOT,
        "target_slots": settings.sticky_target_slots,
        "entries_resting": entries,
        "exits_resting": len(desk.books.orders) - entries,
        "entry_cap_policy": settings.entry_cap_policy,
        "entry_headroom": None if safe is None else safe - entries,
        "steps": _steps(view, staying),
        "trend_band": None if desk.readings is None else desk.readings.band.value,
    }


def _steps(view: View, staying: int) -> list[dict[str, Any]]:
    settings, safe = view.profile.settings, view.desk.limits.order_cap
    told = [settings.sticky_target_slots, settings.sticky_max_target_slots]
    if safe < UNLIMITED:
        told += [safe // ORDERS_A_SLOT, safe // ORDERS_A_SLOT + 1]
    plans = [slot_plan(slots, view.profile) for slots in sorted({staying, staying + 1, *told})]
    return [
        {
            "slots": plan.slots,
            "worst_case_orders": plan.worst,
            "worst_case_headroom": plan.headroom,
            "fit": plan.fit.value,
        }
        for plan in plans
    ]


def pnl_audit(view: View) -> dict[str, Any]:
    """Compare what the slots remember with the sum of the cycles booked, exactly."""
    found = audit_differences(view.desk, view.facts.tally.slots)
    return {
        "ok": not found,
        "tolerance": 0,
        "slots_checked": len(view.desk.books.slots),
        "differences": found,
    }


def balance_health(view: View) -> dict[str, Any]:
    """Say what the books hold of each asset, what it is worth, and how many legs lack funds."""
    accounts = view.desk.books.accounts
    base, quote = accounts.base, accounts.quote
    return {
        "assets": {
            asset: {
                "free": accounts.free(asset),
                "held": accounts.held(asset),
                "total": accounts.total(asset),
            }
            for asset in (base, quote)
        },
        "equity_quote": equity(view),
        "accounts_sum": accounts.sums(),
        "legs_waiting_for_balance": view.desk.index.waiting.counts().get(Block.BALANCE, 0),
    }


def sticky_mode(view: View) -> dict[str, Any]:
    """Say whether slots are patient, how many there are to be, and how entries are sized."""
    settings, sizing = view.profile.settings, view.desk.sizing
    grows = settings.order_size_base_compounding if sizing.base_sized else None
    accounts = view.desk.books.accounts
    return {
        "enabled": settings.sticky_mode_enabled,
        "sticky_slots": sum(slot.sticky for slot in view.desk.books.slots.values()),
        "target_slots": settings.sticky_target_slots,
        "max_target_slots": settings.sticky_max_target_slots,
        "compounding_mode": grows or settings.sticky_compounding_mode,
        "compounding_reason": settings.sticky_compounding_reason,
        "auto_release_enabled": settings.release_auto_enabled,
        "order_size_mode": settings.order_size_mode,
        "order_size_in_force": {
            "amount": sizing.amount,
            "unit": accounts.base if sizing.base_sized else accounts.quote,
            "compounding": sizing.compounding,
        },
    }


def self_healing(view: View) -> dict[str, Any]:
    """Say whether positions are kept in rows, and how many there are."""
    rows, tally = view.desk.rules.positions, view.facts.tally
    limit = view.profile.settings.position_journal_local_limit
    return {
        "enabled": rows,
        "position_ledger_enabled": rows,
        "open_positions": tally.positions_open,
        "journal_entries_local": min(tally.journal_rows, limit),
        "journal_entries_total": tally.journal_rows,
        "subsidy": {"ready": False},
        "churner": {"ready": False},
    }


def equity(view: View) -> Decimal:
    """Say what the account is worth in quote at the price of this look."""
    accounts = view.desk.books.accounts
    return accounts.total(accounts.quote) + accounts.total(accounts.base) * view.price


def _paced(view: View) -> bool:
    return view.desk.limits.calls_per_tick < UNLIMITED


def _fill_seconds(lengths: list[int]) -> tuple[int | None, int | None]:
    median, late = median_and_late([Decimal(length) for length in lengths])
    if median is None or late is None:
        return None, None
    return int(median) // SECOND, int(late) // SECOND

"""Tell the blocks of a status that describe the whole desk: capacity, money, sizing, healing.

What a later capability will fill says `ready: false` and gives no figure in its place.
"""

import statistics
from decimal import Decimal
from typing import Any

from holdfast.config.relations import order_cap
from holdfast.desk.control.verb_rules import audit_differences
from holdfast.desk.limits import UNLIMITED
from holdfast.desk.status.facts import View, percent
from holdfast.domain.market import SECOND
from holdfast.domain.money import ZERO
from holdfast.domain.slots import Block

QUEUES = (Block.PACING, Block.DEFERRED, Block.CAPACITY, Block.BUDGET, Block.NONE)
STOP_ROOM, CAUTION_ROOM = 10, 20


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
    capped = desk.limits.order_cap < UNLIMITED
    safe = desk.limits.order_cap if capped else None
    headroom = None if safe is None else safe - now
    each = Decimal(now) / slots if slots else ZERO
    remaining = None
    if headroom is not None and each > ZERO:
        remaining = int(headroom / each) if headroom > 0 else 0
    band, hints = _band(headroom, len(tally.partial_cancels))
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
        "open_order_headroom": headroom,
        "open_order_utilization_pct": None
        if safe is None
        else percent(Decimal(now), Decimal(safe)),
        "orders_per_slot_estimate": each.quantize(Decimal("0.01")),
        "estimated_slots_remaining": remaining,
        "partial_fill_open_events_1d": len(tally.partial_opens),
        "partial_fill_cancel_events_1d": len(tally.partial_cancels),
        "median_fill_seconds_1d": median,
        "p95_fill_seconds_1d": late,
        "status_band": band,
        "blocked_risk_hint": hints,
        "calls_per_loop": desk.limits.calls_per_tick if _paced(view) else None,
        "calls_used_this_loop": desk.counters.calls_used,
        "private_api_metronome": {"ready": False},
        "entry_scheduler": scheduler,
    }


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


def not_ready(view: View) -> dict[str, Any]:
    """Name the blocks of capabilities that are not built, without a figure in them."""
    settings = view.profile.settings
    absent = {"ready": False}
    return {
        "hmm_data_pipeline": absent,
        "hmm_regime": {"ready": False, "regime": None, "confidence": None, "agreement": None},
        "hmm_consensus": absent,
        "regime_directional": {
            "ready": False,
            "enabled": settings.regime_directional_enabled,
            "tier": None,
            "suppressed_side": None,
        },
        "throughput_sizer": absent,
        "rebalancer": absent,
        "trend": absent,
    }


def equity(view: View) -> Decimal:
    """Say what the account is worth in quote at the price of this look."""
    accounts = view.desk.books.accounts
    return accounts.total(accounts.quote) + accounts.total(accounts.base) * view.price


def _paced(view: View) -> bool:
    return view.desk.limits.calls_per_tick < UNLIMITED


def _band(headroom: int | None, canceled: int) -> tuple[str, list[str]]:
    hints = []
    if headroom is not None and headroom < CAUTION_ROOM:
        hints.append("headroom_low" if headroom >= STOP_ROOM else "headroom_exhausted")
    if canceled:
        hints.append("partial_fill_canceled")
    if canceled or (headroom is not None and headroom < STOP_ROOM):
        return "stop", hints
    return ("caution" if hints else "normal"), hints


def _fill_seconds(lengths: list[int]) -> tuple[int | None, int | None]:
    if not lengths:
        return None, None
    ordered = sorted(lengths)
    late = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    return int(statistics.median_low(ordered)) // SECOND, late // SECOND

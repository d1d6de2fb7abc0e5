"""Build `/api/status`: everything a person or a program asks about a desk, in one document.

Key names are a contract: `docs/schema/status.json` describes them, SCHEMA_VERSION names its
version. Numbers are exact JSON numbers, times microseconds UTC, ids text. Building reads the desk
and changes nothing of it; it runs in the desk's thread after a tick.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from holdfast.config.profile import Profile
from holdfast.desk.desk import Desk
from holdfast.desk.status import blocks, sizing
from holdfast.desk.status.bring_up import bring_up
from holdfast.desk.status.facts import Facts, View, in_base, view_of
from holdfast.desk.status.legacy import legacy
from holdfast.desk.status.regime import regime_blocks
from holdfast.desk.status.releases import release_blocks
from holdfast.desk.status.slots import Row, SlotRows, encode
from holdfast.desk.status.tally import Tally
from holdfast.domain.market import DAY
from holdfast.domain.money import ZERO
from holdfast.domain.slots import Phase

SCHEMA_VERSION = 2
STARTUP = (
    "startup_reconcile_ms",
    "startup_replay_ms",
    "startup_bootstrap_ms",
    "startup_total_ms",
)
_EPOCH = date(1970, 1, 1)


class Told(msgspec.Struct, frozen=True):
    """A status in two parts: the desk as a whole, and its slots."""

    top: Mapping[str, Any]
    rows: list[Row]

    def whole(self) -> dict[str, Any]:
        """Join it to one document."""
        return {**self.top, "slots": [row.whole() for row in self.rows]}

    def body(self) -> bytes:
        """Write it as JSON, with the standing parts of the slots as they were encoded before."""
        return encode({**self.top, "slots": [row.body() for row in self.rows]})


def build(
    desk: Desk, *, profile: Profile, session: str, now_wall: int, facts: Facts | None = None
) -> dict[str, Any]:
    """Build the whole document; `session` is how the orchestrator stands."""
    facts = facts or Facts(tally=Tally.of(desk.books))
    return tell(desk, profile, session, now_wall, facts, SlotRows()).whole()


def tell(
    desk: Desk, profile: Profile, session: str, now_wall: int, facts: Facts, rows: SlotRows
) -> Told:
    """Build a status, keeping the rows of slots that did not change."""
    view = view_of(desk, profile, facts, now_wall)
    facts.tally.roll(view.market_time)
    told = rows.tell(view)
    scheduler = blocks.entry_scheduler(view)
    top = {
        **_self(view, session),
        **_standing(view, told),
        **_money(view, told),
        **_rules(view),
        **{name: facts.startup.get(name) for name in STARTUP},
        "pnl_audit": blocks.pnl_audit(view),
        "capacity_fill_health": blocks.capacity(view, scheduler),
        "entry_scheduler": scheduler,
        "bring_up": bring_up(view),
        "balance_health": blocks.balance_health(view),
        "sticky_mode": blocks.sticky_mode(view),
        "legacy": legacy(view),
        **release_blocks(view, told, blocks.equity(view)),
        "self_healing": blocks.self_healing(view),
        "throughput_sizer": sizing.throughput_sizer(view),
        "rebalancer": sizing.rebalancer(view),
        "sizing": sizing.sizing(view),
        **regime_blocks(view),
        "execution": facts.execution(),
        "exchange": facts.exchange(),
    }
    return Told(top, told)


def mode_of(desk: Desk) -> tuple[str, str]:
    """Say mode and reason; a desk that was stopped reads HALTED with the reason of its stop."""
    stopped = desk.books.stop_reason
    if stopped is not None:
        return "HALTED", stopped
    return desk.mode(), desk.pause_reason()


def _self(view: View, session: str) -> dict[str, Any]:
    desk, profile, reload = view.desk, view.profile, view.facts.reload
    return {
        "schema_version": SCHEMA_VERSION,
        "runtime": profile.runtime,
        "profile": profile.name,
        "profile_digest": view.facts.digest(profile),
        "env": profile.env,
        "venue": profile.venue,
        "rollout": dict(profile.rollout),
        "tick": desk.tick_number,
        "market_time": view.market_time,
        "built_at": view.now_wall,
        "ledger_sequence": desk.ledger.sequence,
        "epoch": desk.books.epoch,
        "orchestrator": session,
        "ticks_unorchestrated": desk.counters.unorchestrated,
        "anomalies": desk.counters.anomalies,
        "settings_notices": [
            {"source": one.source, "key": one.key, "problem": one.problem, "outcome": one.outcome}
            for one in profile.warnings
        ],
        "reload": {
            "result": reload.result,
            "detail": reload.detail,
            "pending": list(reload.pending),
            "problem": reload.detail if reload.result == "refused" else None,
        },
    }


def _standing(view: View, rows: list[Row]) -> dict[str, Any]:
    desk, facts = view.desk, view.facts
    mode, reason = mode_of(desk)
    seen = facts.price_seen
    age = max(0, view.now_wall - seen) if seen else None
    phases = Counter(row.standing["phase"] for row in rows)
    top = max(Phase, key=lambda phase: (phases[phase.value], -list(Phase).index(phase)))
    return {
        "mode": mode,
        "pause_reason": reason,
        "holds": [{"name": name, "reason": why} for name, why in sorted(desk.books.holds.items())],
        "pair": desk.rules.instrument.symbol,
        "price": view.price,
        "price_age_sec": None if age is None else Decimal(age) / 1_000_000,
        "price_fresh": desk.fresh,
        "top_phase": top.value,
        "phases": {phase.value: phases[phase.value] for phase in Phase},
        "slot_count": len(rows),
    }


def _money(view: View, rows: list[Row]) -> dict[str, Any]:
    tally, price = view.facts.tally, view.price
    locked = "daily_loss" in view.desk.books.holds
    unrealized = sum((row.moving["unrealized_profit"] for row in rows), ZERO)
    return {
        "total_profit": tally.total.net,
        "total_settled_usd": tally.total.settled,
        "total_profit_doge": in_base(tally.total.net, price),
        "total_unrealized_profit": unrealized,
        "total_unrealized_profit_doge": in_base(unrealized, price),
        "pnl_reference_price": price,
        "today_realized_loss": tally.loss,
        "today_net_profit": tally.day_net,
        "today_round_trips": tally.day_cycles,
        "daily_loss_limit": view.profile.settings.daily_loss_limit,
        "daily_realized_loss_utc": tally.loss,
        "daily_loss_lock_active": locked,
        "daily_loss_lock_utc_day": day_text(view.market_time) if locked else "",
        "total_round_trips": tally.total.count,
        "total_fills": tally.fills,
        "total_orphans": tally.orphans,
    }


def _rules(view: View) -> dict[str, Any]:
    desk, settings = view.desk, view.profile.settings
    rules = desk.rules
    pairs = {
        "pair_entry_pct": (settings.pair_entry_pct, rules.entry_pct),
        "pair_profit_pct": (settings.pair_profit_pct, rules.profit_pct),
    }
    return {
        "entry_pct": rules.entry_pct,
        "profit_pct": rules.profit_pct,
        "rules_digest": desk.books.rules_digest,
        "rules_overrides": {
            key: {"profile": asked, "in_force": used}
            for key, (asked, used) in pairs.items()
            if asked != used
        },
        "recovery_orders_enabled": settings.recovery_enabled,
        "s2_orphan_after_sec": settings.s2_orphan_after_sec,
        "stale_price_max_age_sec": settings.stale_price_max_age_sec,
        "reentry_base_cooldown_sec": settings.reentry_base_cooldown_sec,
    }


def day_text(at: int) -> str:
    """Write the UTC day of a market time."""
    return str(_EPOCH + timedelta(days=at // DAY))

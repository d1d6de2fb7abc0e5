"""Show how old the waiting exits are, what capital they hold, and what each tier of release would do."""

from collections.abc import Mapping
from typing import Any

from dashboards import standing, theme
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column, Tile
from dashboards.queries import Data

_BUCKETS = (
    ("vintage_fresh_0_1h", "under 1 h"),
    ("vintage_aging_1_6h", "1 to 6 h"),
    ("vintage_stale_6_24h", "6 to 24 h"),
    ("vintage_old_1_7d", "1 to 7 days"),
    ("vintage_ancient_7d_plus", "7 days and more"),
)


def vintage_panel(data: Data) -> None:
    """Draw the panel; without its block it says so."""
    block = standing.mapping(data.status.get("slot_vintage"))
    health = standing.mapping(data.status.get("release_health"))
    markup.title("Waiting / stuck", "exits by age, and what they hold of the account")
    if not block:
        nothing("The desk tells nothing of waiting exits yet.")
        return
    markup.tiles(_figures(block, health))
    counts = [(label, standing.whole(block.get(name)) or 0) for name, label in _BUCKETS]
    whole = sum(count for _, count in counts)
    rows: list[list[Cell | str]] = [
        [label, f"{count:,}", "" if not whole else f"{count * 100 / whole:.0f} %"]
        for label, count in counts
    ]
    markup.table((Column("age"), Column("exits", True), Column("share", True)), rows)
    _gate(block, health)


def _figures(block: Mapping[str, Any], health: Mapping[str, Any]) -> list[Tile]:
    waiting, stuck = block.get("waiting_exits"), block.get("stuck_exits")
    oldest = standing.whole(block.get("oldest_exit_age_sec"))
    tone = "bad" if block.get("vintage_critical") else "warn" if block.get("vintage_warn") else ""
    return [
        Tile(
            "Waiting/Stuck",
            f"{theme.number(waiting, 0)} / {theme.number(stuck, 0)}",
            tone,
            f"{theme.number(block.get('waiting_capital_pct'), 1)} % / "
            f"{theme.number(block.get('stuck_capital_pct'), 1)} % of the account",
        ),
        Tile("stuck capital", theme.number(block.get("stuck_capital_usd"), 2)),
        Tile("oldest exit", theme.age(oldest)),
        Tile(
            "pass every gate",
            theme.number(block.get("vintage_release_eligible_count"), 0),
            note="could be released now",
        ),
        _tier("tier 1", health, "tier1_eligible", "all gates"),
        _tier("tier 2", health, "tier2_eligible", "age alone"),
        Tile("released", theme.number(health.get("sticky_release_total"), 0), note="since ever"),
    ]


def _tier(label: str, health: Mapping[str, Any], key: str, what: str) -> Tile:
    reached = health.get(key)
    if reached is None:
        return Tile(label, theme.DASH)
    allowed = str(health.get("auto_tier_allowed") or "none")
    acts = allowed == "panic" or (allowed == "gated" and key == "tier1_eligible")
    note = f"{what}, {'acts by itself' if acts else 'an operator only'}"
    latched = key == "tier2_eligible" and health.get("panic_latched")
    word = "latched" if latched else "reached" if reached else "not reached"
    return Tile(label, word, "warn" if reached else "", note)


def _gate(block: Mapping[str, Any], health: Mapping[str, Any]) -> None:
    reason = str(block.get("release_recon_gate_reason") or "")
    if reason:
        blocked = bool(block.get("release_recon_gate_blocked"))
        known = health.get("recon_hard_gate_known") is not False
        tone = "bad" if blocked else "muted" if known else "warn"
        markup.notice(f"Hard gate: {reason}.", tone)
    closed = health.get("auto_closed_reason")
    if closed:
        markup.notice(f"Automatic release is closed: {closed}.", "warn")

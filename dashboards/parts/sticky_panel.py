"""Show how many slots turn over and how many wait, how long, and how much is stuck in them."""

from collections.abc import Mapping
from typing import Any

from dashboards import standing, theme
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Tile
from dashboards.queries import Data

WAITING = frozenset({"S1a", "S1b", "S2"})


def sticky_panel(data: Data) -> None:
    """Show the summary; a figure whose block is missing reads as a dash."""
    mode = standing.mapping(data.status.get("sticky_mode"))
    rows = standing.slot_rows(data.status)
    markup.title("Sticky slots", _note(mode))
    if not rows and not mode:
        nothing("The desk publishes nothing about its slots yet.")
        return
    _, quote = standing.assets(data.status)
    vintage = standing.mapping(data.status.get("slot_vintage"))
    figures = [*_slots(rows, mode), *_waiting(vintage, quote), *_tiers(data.status)]
    markup.tiles([*figures, *_left_over(data.status)])


def waiting_tile(status: Mapping[str, Any]) -> Tile:
    """Head the exits that wait, with those of them that are stuck."""
    vintage = standing.mapping(status.get("slot_vintage"))
    waiting, share = vintage.get("waiting_exits"), vintage.get("stuck_capital_pct")
    text = f"{theme.number(waiting, 0)} / {theme.number(share, 1, '%')}"
    tone = "bad" if vintage.get("vintage_critical") else ""
    return Tile("Waiting/Stuck", text, tone, f"oldest {_age(vintage)}")


def _note(mode: Mapping[str, Any]) -> str:
    if not mode:
        return ""
    word = "sticky by default" if mode.get("enabled") else "cycling by default"
    target = theme.number(mode.get("target_slots"), 0)
    most = theme.number(mode.get("max_target_slots"), 0)
    return f"{word}; target {target}, at most {most}"


def _slots(rows: list[Mapping[str, Any]], mode: Mapping[str, Any]) -> list[Tile]:
    waits = sum(str(row.get("phase")) in WAITING for row in rows)
    turning = len(rows) - waits
    share = f"{100 * turning / len(rows):.0f} % turn over" if rows else ""
    return [
        Tile("turning / waiting", f"{turning} / {waits}" if rows else theme.DASH, note=share),
        Tile("sticky slots", theme.number(mode.get("sticky_slots"), 0)),
    ]


def _waiting(vintage: Mapping[str, Any], quote: str) -> list[Tile]:
    tone = "bad" if vintage.get("vintage_critical") else ""
    share = theme.number(vintage.get("stuck_capital_pct"), 2, "%")
    stuck = theme.number(vintage.get("stuck_capital_usd"), 2, quote)
    waiting = theme.number(vintage.get("waiting_capital_usd"), 2, quote)
    parts = theme.number(vintage.get("waiting_capital_pct"), 2, "%")
    late = "warn" if vintage.get("vintage_warn") else ""
    return [
        Tile("oldest exit", _age(vintage), late),
        Tile("stuck capital", stuck, tone, share),
        Tile("waiting capital", waiting, note=parts),
    ]


def _tiers(status: Mapping[str, Any]) -> list[Tile]:
    health = standing.mapping(status.get("release_health"))
    vintage = standing.mapping(status.get("slot_vintage"))
    count = vintage.get("vintage_release_eligible_count", vintage.get("vintage_release_eligible"))
    may = theme.number(int(count), 0) if isinstance(count, int) else theme.DASH
    return [
        Tile("release tiers", f"{_yes(health, 'tier1')} / {_yes(health, 'tier2')}", note="1 / 2"),
        Tile("may be released", may, note="exits"),
    ]


def _yes(health: Mapping[str, Any], tier: str) -> str:
    eligible = health.get(f"{tier}_eligible")
    return theme.DASH if eligible is None else "open" if eligible else "shut"


def _left_over(status: Mapping[str, Any]) -> list[Tile]:
    """Tell of cycling slots, where there are any; they leave the page with the last one."""
    legacy = standing.mapping(status.get("legacy"))
    if not (legacy.get("cycling_slots") or legacy.get("recovery_orders")):
        return []
    orders = theme.number(legacy.get("recovery_orders"), 0)
    ever = theme.number(legacy.get("set_aside_total"), 0)
    return [
        Tile("cycling slots", theme.number(legacy.get("cycling_slots"), 0)),
        Tile("recovery orders", orders, note=f"{ever} set aside so far"),
    ]


def _age(vintage: Mapping[str, Any]) -> str:
    seconds = standing.whole(vintage.get("oldest_exit_age_sec"))
    if seconds is None or not vintage.get("waiting_exits", 1):
        return theme.DASH
    return theme.age(float(seconds))

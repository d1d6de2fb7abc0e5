"""Say on every page how the desk is and how old these figures are.

Older than `STALE_AFTER` seconds is stale: the age turns red and a plain sentence says since when.
"""

from collections.abc import Mapping
from typing import Any

from dashboards import standing, theme
from dashboards.parts import markup
from dashboards.parts.markup import Tile
from dashboards.queries import Data

STALE_AFTER = 10.0
_STALE = (
    "The desk has published nothing since {since}, {age} ago. It is stopped, or cannot write. "
    "Everything below is as it was then."
)


def health_band(data: Data) -> None:
    """Show mode, stage, age, price, tick, holds and ledger sequence in one line."""
    markup.tiles(_figures(data))
    for text, tone in _sentences(data):
        markup.notice(text, tone)


def is_stale(data: Data) -> bool:
    """Say whether the desk has stopped publishing."""
    return data.age is not None and data.age > STALE_AFTER


def _figures(data: Data) -> list[Tile]:
    status = data.status
    mode = standing.mode(status)
    stale = is_stale(data)
    shown = f"{mode} (last known)" if stale else mode
    base, quote = standing.assets(status)
    tick = standing.whole(standing.first(status, "tick", "ticks"))
    holds = standing.holds(status)
    return [
        Tile("desk", shown, "muted" if stale else theme.MODE_TONES.get(mode, "warn")),
        Tile("funds", *_money(status)),
        Tile("profile", str(status.get("profile") or theme.DASH), note=_stages(status)),
        Tile("age of data", theme.age(data.age), "bad" if stale else "good"),
        Tile(f"price {base}/{quote}".rstrip(" /"), theme.price(standing.mark(status))),
        Tile("market time", theme.moment(data.market_time, data.zone)),
        Tile("tick", theme.number(tick, 0)),
        Tile("orchestrated", *_orchestrated(status)),
        Tile("holds", str(len(holds)) if holds else "none", "warn" if holds else ""),
        Tile("ledger sequence", theme.number(data.sequence, 0)),
    ]


def _money(status: Mapping[str, Any]) -> tuple[str, str]:
    paper = status.get("paper")
    if paper is None:
        env = standing.first(status, "env", "environment")
        paper = None if env is None else env == "paper"
    if paper is None:
        return theme.DASH, ""
    return ("paper", "calm") if paper else ("REAL", "bad")


def _stages(status: Mapping[str, Any]) -> str:
    return " · ".join(f"{track} {stage}" for track, stage in standing.stages(status))


def _orchestrated(status: Mapping[str, Any]) -> tuple[str, str]:
    value = standing.first(status, "orchestrated", "orchestrator")
    if isinstance(value, Mapping):
        value = standing.first(value, "orchestrated", "attached", "state")
    if isinstance(value, bool):
        return ("yes", "good") if value else ("no", "warn")
    return (theme.DASH, "") if value is None else (str(value), "")


def _sentences(data: Data) -> list[tuple[str, str]]:
    status = data.status
    said = [(problem, "warn") for problem in data.problems]
    if is_stale(data):
        since = theme.moment(data.published_at, data.zone)
        said.append((_STALE.format(since=since, age=theme.age(data.age)), "bad"))
    mode, reason = standing.mode(status), str(status.get("pause_reason") or "")
    if mode in ("HALTED", "PAUSED") and not is_stale(data):
        tone = theme.MODE_TONES[mode]
        said.append((f"{mode.capitalize()}: {reason or 'no reason was given'}.", tone))
    said += [(f"Hold {hold}. New entries wait.", "warn") for hold in standing.holds(status)]
    return said + _profile_sentences(status)


def _profile_sentences(status: Mapping[str, Any]) -> list[tuple[str, str]]:
    reload = standing.mapping(standing.first(status, "reload", "profile_reload"))
    problem = standing.first(reload, "problem", "error", "refused")
    problem = problem or standing.first(status, "profile_problem", "reload_problem")
    said = []
    if problem:
        text = f"An edit of the profile was refused, the last good one is in force: {problem}"
        said.append((text, "warn"))
    pending = standing.first(reload, "pending", "pending_keys", "restart_keys")
    if isinstance(pending, list) and pending:
        keys = ", ".join(str(key) for key in pending)
        said.append((f"These edits wait for a restart of the desk: {keys}.", "warn"))
    return said

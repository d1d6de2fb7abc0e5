"""Say on every page how the desk is and how old these figures are.

The age turns red when it is stale; what else there is to say follows in sentences.
"""

from collections.abc import Mapping
from typing import Any

from dashboards import standing, theme
from dashboards.parts import markup, sentences
from dashboards.parts.markup import Tile
from dashboards.queries import Data

ORCHESTRATED = {"attached": "good", "absent": "warn", "waiting": "warn"}


def health_band(data: Data) -> None:
    """Show mode, stage, age, price, tick, holds and ledger sequence in one line."""
    markup.tiles(_figures(data))
    for text, tone in sentences.sentences(data):
        markup.notice(text, tone)


def _figures(data: Data) -> list[Tile]:
    status = data.status
    mode = standing.mode(status)
    stale = sentences.is_stale(data)
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
    if value == "none":
        return "no", ""
    return (theme.DASH, "") if value is None else (str(value), ORCHESTRATED.get(str(value), ""))

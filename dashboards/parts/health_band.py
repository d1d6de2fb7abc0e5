"""Say on every page how the desk is and how old these figures are.

The age turns red when it is stale; what else there is to say follows in sentences.
"""

from collections.abc import Mapping
from typing import Any

from dashboards import safety_queries, standing, standing_exchange, theme, words
from dashboards.parts import ages, markup, sentences
from dashboards.parts.markup import Tile
from dashboards.queries import Data

ORCHESTRATED = {"attached": "good", "absent": "warn", "waiting": "warn"}


def health_band(data: Data) -> None:
    """Show mode, holds, unknowns, alerts, age, price, tick and ledger sequence in one line."""
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
        *_execution(status, stale=stale),
        Tile("holds", *_named(holds)),
        *_unknowns(status),
        *_alerts(data),
        Tile("profile", str(status.get("profile") or theme.DASH), note=_stages(status)),
        Tile("age of data", theme.age(data.age), "bad" if stale else "good"),
        Tile(f"price {base}/{quote}".rstrip(" /"), theme.price(standing.mark(status))),
        Tile("market time", theme.moment(data.market_time, data.zone)),
        Tile("tick", theme.number(tick, 0)),
        Tile("orchestrated", *_orchestrated(status)),
        Tile("ledger sequence", theme.number(data.sequence, 0)),
    ]


def _execution(status: Mapping[str, Any], *, stale: bool) -> list[Tile]:
    block = standing_exchange.execution(status)
    if not block:
        return []
    effective, state = str(block.get("effective") or theme.DASH), str(block.get("state") or "")
    tone = words.STATE_TONES.get(state) or words.EFFECTIVE_TONES.get(effective, "warn")
    tone = "muted" if stale else tone
    asked = f"requested {block.get('requested') or 'nothing'}"
    return [
        Tile("execution", effective, tone, asked if state == effective else f"{state}, {asked}")
    ]


def _named(holds: list[str]) -> tuple[str, str]:
    return (str(len(holds)), "warn") if holds else ("none", "")


def _unknowns(status: Mapping[str, Any]) -> list[Tile]:
    count = standing_exchange.unknowns(status)
    if count is None:
        return []
    if not count:
        return [Tile("unknown orders", "none")]
    oldest = standing_exchange.exchange(status).get("oldest_unknown_sec")
    return [Tile("unknown orders", str(count), "bad", f"oldest {ages.seconds(oldest)}")]


def _alerts(data: Data) -> list[Tile]:
    if not safety_queries.publishes(data, "alerts"):
        return []
    found = sentences.standing_alerts(data)
    if not found:
        return [Tile("alerts", "none")]
    worst = sentences.worst(found)
    return [Tile("alerts", str(len(found)), words.SEVERITIES.get(worst, "warn"), f"worst {worst}")]


def _money(status: Mapping[str, Any]) -> tuple[str, str]:
    paper, env = status.get("paper"), standing.first(status, "env", "environment")
    if paper is True or env == "paper":
        return "paper", "calm"
    if env == "staging":
        return "staging", "calm"
    return (theme.DASH, "") if paper is None and env is None else ("REAL", "bad")


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

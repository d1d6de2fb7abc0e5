"""Show the way of orders to the exchange: what is unknown, what agrees, how much room is left."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards import safety_queries, standing, standing_exchange, theme
from dashboards.parts import (
    ages,
    capacity_panel,
    intent_panel,
    markup,
    projection_panel,
    reconcile_panel,
)
from dashboards.parts.markup import Tile
from dashboards.queries import Data

_RESULTS = {"agreed": "good", "differs": "bad", "incomplete": "warn"}


def render(data: Data) -> None:
    """Draw the exchange page."""
    block = standing_exchange.exchange(data.status)
    if block:
        markup.tiles(_tiles(block))
        intent_panel.unknown_outcomes(data, block)
        reconcile_panel.foreign_orders(block)
    else:
        markup.notice(standing_exchange.why_not(data.status), "muted")
    left, right = st.container(key="panels").columns([1, 1.1], gap="medium")
    with left:
        if safety_queries.publishes(data, "live_intents"):
            intent_panel.intents_by_state(data)
        capacity_panel.limits(data, block)
        projection_panel.capacity_projection(data)
        intent_panel.intents_that_ended(data)
        capacity_panel.requests_of_a_day(data)
        if block:
            capacity_panel.calls_of_an_hour(block)
    with right:
        if block:
            reconcile_panel.drift(data, block)
            reconcile_panel.order_verdicts(block)
        if safety_queries.publishes(data, "reconciliations"):
            reconcile_panel.runs(data)
        intent_panel.illegal_steps(data)
        if standing_exchange.execution(data.status).get("effective") == "DRY":
            intent_panel.simulated_orders(data)
        projection_panel.sizing_advice(data)


def _tiles(block: Mapping[str, Any]) -> list[Tile]:
    unknown = standing.whole(block.get("unknown"))
    errors = standing.whole(block.get("errors_in_a_row")) or 0
    error = str(block.get("last_error") or "") if errors else ""
    return [
        Tile("entries", theme.number(block.get("entries"), 0), note="rest or are on their way"),
        Tile("exits", theme.number(block.get("exits"), 0), note="rest or are on their way"),
        Tile("not sent yet", theme.number(block.get("unsent"), 0)),
        Tile("unknown", theme.number(unknown, 0), "bad" if unknown else "good", _oldest(block)),
        Tile("last comparison", *_last(block)),
        Tile("errors in a row", theme.number(errors, 0), "bad" if errors else "", error[:60]),
        Tile("backs off", *(("yes", "warn") if block.get("quiet") is True else ("no", ""))),
    ]


def _oldest(block: Mapping[str, Any]) -> str:
    if not block.get("unknown"):
        return ""
    return f"oldest {ages.seconds(block.get('oldest_unknown_sec'))}"


def _last(block: Mapping[str, Any]) -> tuple[str, str, str]:
    note = standing.mapping(block.get("reconcile"))
    if not note:
        return "none yet", "warn", ""
    result = "incomplete" if note.get("complete") is False else "differs"
    result = "agreed" if result == "differs" and note.get("agreed") is True else result
    ago = block.get("reconciled_sec_ago")
    clean = "never clean" if ago is None else f"clean {ages.seconds(ago)} before this status"
    return result, _RESULTS[result], clean

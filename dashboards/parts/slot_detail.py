"""Look into one slot: what each leg does, why it has no entry, and its story."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards import queries, standing, theme
from dashboards.parts import event_list, markup
from dashboards.parts.markup import Tile
from dashboards.parts.slot_timeline import slot_timeline
from dashboards.queries import Data

_LEGS = (("a", "A", "leg A sells first"), ("b", "B", "leg B buys first"))


def entry_times(states: Mapping[int, Mapping[str, Any]]) -> dict[tuple[int, str, int], int]:
    """Say when the entry behind each owed exit filled, by (slot, leg, cycle)."""
    found: dict[tuple[int, str, int], int] = {}
    for slot, state in states.items():
        lots = [(name, standing.mapping(state.get(key)).get("lot")) for key, name, _ in _LEGS]
        lots += [(str(r.get("leg")), r.get("lot")) for r in standing.rows(state.get("recoveries"))]
        for leg, lot in lots:
            facts = standing.mapping(lot)
            cycle, at = standing.whole(facts.get("cycle")), standing.whole(facts.get("opened_at"))
            if cycle is not None and at:
                found[slot, leg, cycle] = at
    return found


def slot_detail(data: Data, slot: int, state: Mapping[str, Any]) -> None:
    """Show one slot."""
    left, right = st.columns([1, 1.9], gap="medium")
    with left:
        markup.title(f"Slot {slot}", "what each leg does now")
        markup.tiles(_leg(data, standing.mapping(state.get(key)), text) for key, _, text in _LEGS)
        for sentence in reasons(state, data.zone):
            markup.notice(sentence, "warn")
    events = queries.slot_events(data, slot)
    with right:
        markup.title("Timeline", "orders as lines, fills and closed cycles as marks")
        slot_timeline(events, data.market_time, data.zone)
    with left:
        event_list.event_list(events.iloc[::-1].head(12), data.zone)


def reasons(state: Mapping[str, Any], zone: str) -> list[str]:
    """Say why a leg has no entry, one sentence a leg."""
    said = []
    for key, name, _ in _LEGS:
        leg = standing.mapping(state.get(key))
        if not leg or leg.get("order") or leg.get("lot"):
            continue
        block = str(leg.get("block") or "none")
        text = theme.BLOCK_REASONS.get(block, block)
        until = standing.whole(leg.get("cooldown_until"))
        after = f", until {theme.moment(until, zone)}" if block == "cooldown" and until else ""
        said.append(f"Leg {name} has no entry: {text}{after}.")
    return said


def _leg(data: Data, leg: Mapping[str, Any], label: str) -> Tile:
    order, lot = standing.mapping(leg.get("order")), standing.mapping(leg.get("lot"))
    cycle = theme.number(leg.get("cycle"), 0)
    if not leg:
        return Tile(label, theme.DASH)
    if not order and not lot:
        block = str(leg.get("block") or "none")
        return Tile(label, "idle", "warn", f"cycle {cycle}, {block}")
    if not order:
        owed = f"cycle {cycle}, exit owed at {theme.price(lot.get('exit_price'))}"
        return Tile(label, "exit not placed", "warn", owed)
    role, side = str(order.get("role")), str(order.get("side"))
    at = theme.decimal(order.get("price"))
    away = theme.number(standing.distance(at, standing.mark(data.status)), 2, signed=True)
    tone = side if side in ("buy", "sell") else ""
    return Tile(label, f"{side} {role} {theme.price(at)}", tone, f"cycle {cycle}, {away} % away")

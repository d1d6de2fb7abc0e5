"""Show every slot, where exits wait, and the story of the one that is picked."""

import streamlit as st

from dashboards import queries, standing, theme
from dashboards.parts import markup, repair_panel, slot_detail, slot_table
from dashboards.parts.age_heatmap import age_heatmap, waiting_exits
from dashboards.parts.empty_state import nothing
from dashboards.parts.release_dialog import release_dialog
from dashboards.parts.sticky_panel import sticky_panel
from dashboards.parts.vintage_panel import vintage_panel
from dashboards.queries import Data


def render(data: Data) -> None:
    """Draw the slots page."""
    sticky_panel(data)
    states = queries.slot_states(data)
    entries = slot_detail.entry_times(states)
    waiting = waiting_exits(standing.resting(data.status), entries, data.market_time)
    left, right = st.columns([1, 1.9], gap="medium")
    with left:
        markup.title(
            "Waiting exits", "age band by distance from the price; click a square to filter"
        )
        picked = age_heatmap(waiting)
        oldest = max((exit_.age for exit_ in waiting if exit_.age is not None), default=None)
        markup.notice(f"{len(waiting)} exits wait, the oldest {theme.age(oldest)}.", "muted")
        release_dialog(data)
    shown = slot_table.chosen(waiting, picked)
    with right:
        ids = slot_table.slot_table(data, states, shown, picked)
        repair_panel.repairs(data)
        vintage_panel(data)
    with left:
        slot = slot_table.slot_picker(ids)
    if slot is None:
        nothing("No slot is published yet.")
        return
    slot_detail.slot_detail(data, slot, states.get(slot, {}))

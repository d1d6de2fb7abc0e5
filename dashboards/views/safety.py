"""Show what this desk may do just now: mode, holds, limits, and what was refused."""

import streamlit as st

from dashboards import standing, standing_exchange
from dashboards.parts import markup, risk_panel
from dashboards.parts.hold_panel import hold_actions, holds
from dashboards.parts.mode_panel import mode_changes, mode_sentences, mode_tiles, preconditions
from dashboards.queries import Data


def render(data: Data) -> None:
    """Draw the safety page."""
    block = standing_exchange.execution(data.status)
    if block:
        markup.tiles(mode_tiles(data, block))
        for text, tone in mode_sentences(block):
            markup.notice(text, tone)
    else:
        markup.notice(standing_exchange.why_not(data.status), "muted")
    hold_actions(data)
    _, quote = standing.assets(data.status)
    if not block:
        holds(data)
        return
    left, right = st.container(key="panels").columns([1.25, 1], gap="medium")
    with left:
        holds(data)
        preconditions(block)
        mode_changes(data)
    with right:
        risk_panel.caps(block, quote)
        risk_panel.refusals(data)
        risk_panel.policies(data)
        risk_panel.signals(data)

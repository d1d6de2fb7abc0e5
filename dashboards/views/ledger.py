"""Let people search the books: events, fills, cycles, days, accounts, and questions of their own."""

from collections.abc import Callable, Mapping

import streamlit as st

from dashboards.parts import account_table, book_tables, event_explorer, question_box
from dashboards.queries import Data

SECTIONS: Mapping[str, Callable[[Data], None]] = {
    "Events": event_explorer.event_explorer,
    "Fills": book_tables.fill_table,
    "Cycles": book_tables.cycle_table,
    "Days": book_tables.day_table,
    "Accounts": account_table.account_table,
    "SQL": question_box.question_box,
}


def render(data: Data) -> None:
    """Draw the ledger explorer."""
    names = list(SECTIONS)
    left, right = st.columns([6, 1], vertical_alignment="bottom")
    with left:
        picked = st.segmented_control(
            "Section", names, default=names[0], key="section", label_visibility="collapsed"
        )
    with right:
        st.button("Look again", key="look_again", width="stretch")
    SECTIONS[picked or names[0]](data)

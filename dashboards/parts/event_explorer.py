"""Search the event log by stream, type, slot and text, page by page, and read one event whole."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import queries, theme
from dashboards.parts import event_list, markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.slot_timeline import parse
from dashboards.queries import Data

PAGE = 50
ANY = "any"


def event_explorer(data: Data) -> None:
    """Show one page of the events that match."""
    kinds = queries.event_kinds(data)
    if kinds.empty:
        nothing("No event has been published yet.")
        return
    given, page = _filters(kinds)
    found = queries.events(data, {**given, "limit": PAGE + 1, "offset": page * PAGE})
    left, right = st.columns([1.9, 1], gap="medium")
    with left:
        chosen = _table(found.head(PAGE), data.zone)
        note = f"page {page + 1}, newest first" + (
            ", more follow" if len(found) > PAGE else ", last"
        )
        markup.title("", note)
    with right:
        _whole(found, chosen, data.zone)


def _filters(kinds: pd.DataFrame) -> tuple[dict[str, Any], int]:
    columns = st.columns([1, 1.2, 0.7, 1.6, 0.6])
    streams = [ANY, *sorted(set(kinds["stream"]))]
    stream = columns[0].selectbox("Stream", streams, key="event_stream")
    types = kinds if stream == ANY else kinds[kinds["stream"] == stream]
    kind = columns[1].selectbox("Type", [ANY, *sorted(set(types["type"]))], key="event_type")
    slot = columns[2].number_input("Slot", min_value=0, value=None, step=1, key="event_slot")
    text = columns[3].text_input("Text in the payload", key="event_text")
    page = columns[4].number_input("Page", min_value=1, value=1, step=1, key="event_page")
    given = {
        "stream": "" if stream == ANY else stream,
        "type": "" if kind == ANY else kind,
        "slot": -1 if slot is None else int(slot),
        "text": text or "",
    }
    return given, int(page) - 1


def _table(found: pd.DataFrame, zone: str) -> int | None:
    if found.empty:
        nothing("No event matches.")
        return None
    shown = pd.DataFrame(
        {
            "seq": found["seq"],
            "market time": [theme.moment(at, zone) for at in found["at"]],
            "stream": found["stream"],
            "type": found["type"],
            "slot": [theme.exact(one) for one in found["slot"]],
            "facts": [event_list.facts(payload) for payload in found["payload"]],
        }
    )
    state = st.dataframe(
        shown,
        key="event_table",
        hide_index=True,
        height=560,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "seq": st.column_config.NumberColumn(format="localized", width=70),
            "slot": st.column_config.TextColumn(alignment="right"),
        },
    )
    rows = state["selection"]["rows"]
    return int(rows[0]) if rows and rows[0] < len(found) else 0


def _whole(found: pd.DataFrame, chosen: int | None, zone: str) -> None:
    if chosen is None:
        return
    row = found.iloc[chosen]
    markup.title(f"{row['type']}, sequence {row['seq']}", theme.moment(row["at"], zone))
    payload = parse(row["payload"])
    if payload:
        st.json(dict(payload), expanded=True)
    else:
        st.code(str(row["payload"]), language=None, wrap_lines=True)

"""List the slots, one row each; a click on a row, or the box above, picks the slot to look into."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import standing, theme
from dashboards.parts import markup
from dashboards.parts.age_heatmap import Waiting
from dashboards.queries import Data

PICK = "slot_pick"
TABLE = "slot_table"


def chosen(waiting: Sequence[Waiting], cell: tuple[str, str] | None) -> set[int] | None:
    """Return the slots whose exits lie in the picked cell; None when no cell is picked."""
    if cell is None:
        return None
    return {exit_.order.slot for exit_ in waiting if (exit_.band, exit_.distance) == cell}


def slot_table(
    data: Data,
    states: Mapping[int, Mapping[str, Any]],
    only: set[int] | None,
    cell: tuple[str, str] | None,
) -> list[int]:
    """Show the table and return the slots in it."""
    rows = [_row(row, states) for row in standing.slot_rows(data.status)]
    rows = [row for row in rows if only is None or row["slot"] in only]
    note = (
        f"{len(rows)} shown" if cell is None else f"{len(rows)} with an exit in {', '.join(cell)}"
    )
    markup.title("Slots", note)
    if not rows:
        return []
    ids = [int(row["slot"]) for row in rows]
    st.dataframe(
        pd.DataFrame(rows),
        key=TABLE,
        hide_index=True,
        height=min(330, 36 + 31 * len(rows)),
        on_select=lambda: _pick(ids),
        selection_mode="single-row",
        column_config=_config(standing.assets(data.status)[1]),
    )
    return ids


def slot_picker(ids: Sequence[int]) -> int | None:
    """Let a slot be picked by number; None when there is none."""
    if not ids:
        return None
    if st.session_state.get(PICK) not in ids:
        st.session_state[PICK] = ids[0]
    return int(st.selectbox("Slot to look into", ids, key=PICK, width=220))


def _pick(ids: Sequence[int]) -> None:
    state = st.session_state.get(TABLE)
    selection = state.get("selection", {}) if isinstance(state, Mapping) else {}
    rows = selection.get("rows", [])
    if rows and rows[0] < len(ids):
        st.session_state[PICK] = ids[rows[0]]


def _row(row: Mapping[str, Any], states: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    slot = standing.whole(row.get("slot_id")) or 0
    return {
        "slot": slot,
        "phase": theme.PHASES.get(str(row.get("phase")), str(row.get("phase") or theme.DASH)),
        "kind": _kind(row.get("sticky")),
        "no entry": _one_sided(row, states.get(slot, {})),
        "orders": len(standing.rows(row.get("open_orders"))),
        "recoveries": len(standing.rows(row.get("recovery_orders"))),
        "net": _float(standing.first(row, "total_profit", "net_profit", "profit")),
        "cycles": standing.whole(standing.first(row, "total_round_trips", "round_trips")),
        "at A": standing.whole(row.get("cycle_a")),
        "at B": standing.whole(row.get("cycle_b")),
    }


def _one_sided(row: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    told = standing.mapping(row.get("legs"))
    said = [
        f"{name} {leg.get('block')}"
        for name, leg in (("A", _leg(told or state, "a")), ("B", _leg(told or state, "b")))
        if leg.get("block") not in (None, "none") and not leg.get("order") and not leg.get("lot")
    ]
    if said:
        return ", ".join(said)
    source = str(row.get("mode_source") or "none")
    if source == "none":
        return ""
    return f"{'A' if row.get('long_only') else 'B'} {source}"


def _leg(state: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return standing.mapping(state.get(name))


def _kind(sticky: object) -> str:
    return theme.DASH if sticky is None else "sticky" if sticky else "cycling"


def _float(value: object) -> float | None:
    amount = theme.decimal(value)
    return None if amount is None else float(amount)


def _config(quote: str) -> dict[str, Any]:
    column = st.column_config
    return {
        "slot": column.NumberColumn(width=50, format="%d"),
        "phase": column.TextColumn(width=90),
        "no entry": column.TextColumn(help="the leg that has no entry, and why"),
        "net": column.NumberColumn(f"net {quote}".strip(), format="%.4f"),
        "at A": column.NumberColumn("cycle A", help="the cycle leg A is in"),
        "at B": column.NumberColumn("cycle B", help="the cycle leg B is in"),
    }

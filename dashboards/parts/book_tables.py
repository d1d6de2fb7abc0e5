"""List fills, closed cycles and days in full, newest first."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import queries, standing, theme
from dashboards.parts.empty_state import nothing
from dashboards.queries import Data

_HEIGHT = 620


def fill_table(data: Data) -> None:
    """Show the newest fills."""
    fills = queries.fills(data, limit=2_000)
    if fills.empty:
        nothing("No order has filled yet.")
        return
    base, quote = standing.assets(data.status)
    _show(
        _timed(fills, data.zone).drop(columns=["at"]),
        {
            "price": _number("price", "%.6f"),
            "size": _number(f"size {base}", "%.4f"),
            "cost": _number(f"cost {quote}", "%.6f"),
            "fee": _number(f"fee {quote}", "%.6f"),
        },
    )


def cycle_table(data: Data) -> None:
    """Show the newest cycles."""
    cycles = queries.cycles(data, limit=2_000)
    if cycles.empty:
        nothing("No cycle has closed yet.")
        return
    base, quote = standing.assets(data.status)
    shown = _timed(cycles, data.zone)
    shown["took"] = [
        theme.age((end - start) / theme.MICRO)
        for end, start in zip(cycles["at"], cycles["entry_time"], strict=True)
    ]
    _show(
        shown.drop(columns=["at", "entry_time"]),
        {
            "size": _number(f"size {base}", "%.4f"),
            "entry_price": _number("entry price", "%.6f"),
            "exit_price": _number("exit price", "%.6f"),
            "gross": _number(f"gross {quote}", "%.6f"),
            "fees": _number(f"fees {quote}", "%.6f"),
            "net": _number(f"net {quote}", "%.6f"),
            "took": st.column_config.TextColumn(alignment="right"),
        },
    )


def day_table(data: Data) -> None:
    """Show one row for each UTC day of market time."""
    days = queries.days(data)
    if days.empty:
        nothing("No day has a cycle or a fill yet.")
        return
    quote = standing.assets(data.status)[1]
    config = {"net": _number(f"net {quote}", "%.4f"), "fees": _number(f"fees {quote}", "%.4f")}
    _show(days, {"day": st.column_config.TextColumn("day (UTC)"), **config})


def _timed(frame: pd.DataFrame, zone: str) -> pd.DataFrame:
    times = [theme.moment(at, zone) for at in frame["at"]]
    timed = frame.copy()
    timed.insert(1, "when", times)
    return timed


def _show(frame: pd.DataFrame, config: dict[str, Any]) -> None:
    height = min(_HEIGHT, 36 + 31 * len(frame))
    st.dataframe(frame, hide_index=True, height=height, column_config=config)


def _number(label: str, pattern: str) -> Any:  # noqa: ANN401 (Streamlit's own type)
    return st.column_config.NumberColumn(label.strip(), format=pattern)

"""Draw what the desk is worth beside what holding the opening balances would be worth."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboards import theme
from dashboards.parts import axes
from dashboards.parts.empty_state import nothing


def equity_chart(equity: pd.DataFrame, quote: str, zone: str) -> None:
    """Show equity and the holding line over time."""
    if equity.empty:
        nothing("No equity has been published yet.")
        return
    colours = theme.palette()
    times = axes.local(equity["at"], zone)
    chart = go.Figure()
    if equity["hodl"].notna().any():
        hold = {"color": colours.muted, "width": 1.2, "dash": "dot"}
        chart.add_trace(_line(times, equity["hodl"], "held from the start", hold))
    own = {"color": colours.line, "width": 1.8}
    chart.add_trace(_line(times, equity["equity"], f"equity {quote}".strip(), own))
    chart.update_yaxes(tickformat=",.2f")
    axes.calm(chart, height=260, revision="equity")
    st.plotly_chart(chart, key="equity_chart", config=axes.CONFIG)


def _line(
    times: "pd.Series[pd.Timestamp]",
    values: "pd.Series[float]",
    name: str,
    line: dict[str, object],
) -> go.Scatter:
    return go.Scatter(
        x=times,
        y=values,
        name=name,
        mode="lines",
        line=line,
        hovertemplate=f"{name} %{{y:,.2f}}<extra></extra>",
    )

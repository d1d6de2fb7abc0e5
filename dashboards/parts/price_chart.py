"""Draw the market: candles, our fills as markers, our resting orders as lines.

The vertical range follows the candles, so far orders do not flatten them; the ladder lists those.
"""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboards import theme
from dashboards.parts import axes
from dashboards.parts.empty_state import nothing
from dashboards.standing import Resting

_SYMBOLS = {
    ("buy", "entry"): "triangle-up-open",
    ("sell", "entry"): "triangle-down-open",
    ("buy", "exit"): "triangle-up",
    ("sell", "exit"): "triangle-down",
}


def price_chart(
    candles: pd.DataFrame,
    fills: pd.DataFrame,
    resting: list[Resting],
    zone: str,
) -> None:
    """Show candles with fills and resting orders."""
    if candles.empty:
        nothing("No candle has been published yet.")
        return
    colours = theme.palette()
    times = axes.local(candles["at"], zone)
    chart = go.Figure(_candles(candles, times, colours))
    for side in ("buy", "sell"):
        chart.add_trace(_lines(resting, side, times, getattr(colours, side)))
    for (side, role), symbol in _SYMBOLS.items():
        part = fills[(fills["side"] == side) & (fills["role"] == role)]
        chart.add_trace(_marks(part, f"{side} {role}", symbol, getattr(colours, side), zone))
    low, high = float(candles["low"].min()), float(candles["high"].max())
    room = max((high - low) * 0.08, high * 0.0005)
    chart.update_yaxes(range=[low - room, high + room], tickformat=",.6~f")
    chart.update_xaxes(range=[times.iloc[0], times.iloc[-1]], rangeslider_visible=False)
    axes.calm(chart, height=400, revision="price")
    st.plotly_chart(chart, key="price_chart", config=axes.CONFIG)


def _candles(
    candles: pd.DataFrame, times: "pd.Series[pd.Timestamp]", colours: theme.Palette
) -> go.Candlestick:
    return go.Candlestick(
        x=times,
        open=candles["open"],
        high=candles["high"],
        low=candles["low"],
        close=candles["close"],
        name="price",
        increasing={"line": {"color": colours.muted, "width": 1}, "fillcolor": "rgba(0,0,0,0)"},
        decreasing={"line": {"color": colours.muted, "width": 1}, "fillcolor": colours.muted},
    )


def _lines(
    resting: list[Resting], side: str, times: "pd.Series[pd.Timestamp]", colour: str
) -> go.Scatter:
    xs: list[object] = []
    ys: list[float | None] = []
    for order in resting:
        if order.side == side and order.price is not None:
            xs += [times.iloc[0], times.iloc[-1], None]
            ys += [float(order.price), float(order.price), None]
    return go.Scatter(
        x=xs,
        y=ys,
        mode="lines",
        name=f"resting {side}",
        line={"color": colour, "width": 1, "dash": "dot"},
        opacity=0.55,
        hovertemplate=f"resting {side} %{{y:,.6~f}}<extra></extra>",
    )


def _marks(part: pd.DataFrame, name: str, symbol: str, colour: str, zone: str) -> go.Scatter:
    line = {"width": 1.4, "color": colour}
    return go.Scatter(
        x=axes.local(part["at"], zone),
        y=part["price"],
        mode="markers",
        name=name,
        marker={"symbol": symbol, "size": 9, "color": colour, "line": line},
        customdata=part[["slot", "size"]],
        hovertemplate=(
            f"{name} %{{y:,.6~f}}<br>slot %{{customdata[0]}}, size %{{customdata[1]:,.2f}}"
            "<extra></extra>"
        ),
    )

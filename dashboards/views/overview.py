"""Show how the desk does: what it is worth, what it holds at the venue, what happened last."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import queries, standing, theme
from dashboards.parts import markup, recent
from dashboards.parts.equity_chart import equity_chart
from dashboards.parts.markup import Tile
from dashboards.parts.order_ladder import order_ladder
from dashboards.parts.price_chart import price_chart
from dashboards.parts.regime_panel import regime
from dashboards.parts.sticky_panel import waiting_tile
from dashboards.queries import Data

HOUR = 3_600 * theme.MICRO
WINDOWS: Mapping[str, int] = {"6 h": 6, "24 h": 24, "3 d": 72, "14 d": 336, "all": 0}
MOST_BARS = 480
_BANDS = {"caution": "warn", "stop": "bad"}
MOST_POINTS = 600


def render(data: Data) -> None:
    """Draw the overview."""
    base, quote = standing.assets(data.status)
    resting = standing.resting(data.status)
    span = queries.span(data)
    worth = queries.equity(data, _width(span, 0, MOST_POINTS))
    markup.tiles(_figures(data, worth, quote, len(resting)))
    left, right = st.columns([3.1, 1.25], gap="medium")
    with left:
        hours = _window()
        width = _width(span, hours, MOST_BARS)
        since = _since(span, hours)
        bars = queries.candles(data, since, width)
        price_chart(bars, queries.fills(data, since), resting, data.zone)
        markup.title("Equity", "mark to market, beside holding the opening balances")
        equity_chart(worth, quote, data.zone)
        regime(data)
    with right:
        order_ladder(resting, standing.mark(data.status), base)
        recent.recent_fills(queries.fills(data, limit=8), data.zone)
        recent.recent_cycles(queries.cycles(data, limit=8), quote, data.zone)


def _figures(data: Data, worth: pd.DataFrame, quote: str, resting: int) -> list[Tile]:
    day, ever = queries.today(data), queries.totals(data)
    net = ever.get("net", data.status.get("total_profit"))
    return [
        *_worth(worth, quote),
        Tile("cycles today", theme.number(day.get("cycles"), 0), note=_cycles(data, ever)),
        Tile("net profit today", theme.number(day.get("net"), 4, quote, signed=True)),
        Tile("net profit", theme.number(net, 4, quote, signed=True), _tone(net)),
        Tile(
            "fees paid",
            theme.number(ever.get("fees"), 4, quote),
            note=f"today {theme.number(day.get('fees'), 4)}",
        ),
        _cap(data.status, resting),
        waiting_tile(data.status),
    ]


def _worth(worth: pd.DataFrame, quote: str) -> list[Tile]:
    if worth.empty:
        return [Tile("equity", theme.DASH)]
    own, held = float(worth["equity"].iloc[-1]), worth["hodl"].iloc[-1]
    ahead = None if pd.isna(held) else own - float(held)
    return [
        Tile("equity", theme.number(own, 2, quote)),
        Tile("against holding", theme.number(ahead, 2, quote, signed=True), _tone(ahead)),
    ]


def _cycles(data: Data, ever: Mapping[str, Any]) -> str:
    count = ever.get("cycles", data.status.get("total_round_trips"))
    return f"{theme.number(count, 0)} in all"


def _cap(status: Mapping[str, Any], resting: int) -> Tile:
    block = standing.mapping(status.get("capacity_fill_health"))
    used = standing.first(block, "open_orders_current", "open_orders_internal")
    limit = standing.whole(
        standing.first(block, "open_orders_safe_cap", "open_order_limit_configured")
    )
    shown = theme.number(resting if used is None else used, 0)
    cap = "" if limit is None else f" of {theme.number(limit, 0)}"
    room = standing.whole(block.get("open_order_headroom"))
    note = "no cap" if limit is None else f"room for {theme.number(room, 0)}"
    return Tile("open orders", shown + cap, _BANDS.get(str(block.get("status_band")), ""), note)


def _tone(value: object) -> str:
    amount = theme.decimal(value)
    if not amount:
        return ""
    return "good" if amount > 0 else "bad"


def _window() -> int:
    labels = list(WINDOWS)
    picked = st.segmented_control(
        "Window", labels, default=labels[1], key="window", label_visibility="collapsed"
    )
    return WINDOWS[picked or labels[1]]


def _since(span: tuple[int, int] | None, hours: int) -> int:
    return 0 if span is None or not hours else max(span[0], span[1] - hours * HOUR)


def _width(span: tuple[int, int] | None, hours: int, most: int) -> int:
    minute = 60 * theme.MICRO
    if span is None:
        return minute
    length = span[1] - max(span[0], _since(span, hours))
    steps = (1, 5, 15, 30, 60, 240, 1_440)
    fitting = (step for step in steps if length // (step * minute) <= most)
    return next(fitting, steps[-1]) * minute

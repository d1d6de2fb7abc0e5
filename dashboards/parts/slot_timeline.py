"""Tell the story of one slot from its events: orders as lines, fills and cycles as marks.

An order is a line at its price from when it was placed until it ended; a reprice starts a new line.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboards import theme
from dashboards.parts import axes
from dashboards.parts.empty_state import nothing


@dataclass(slots=True)
class Line:
    """One stretch of an order at one price."""

    side: str
    role: str
    price: float
    start: int
    end: int | None = None


@dataclass(slots=True)
class Story:
    """What a slot's events say, oldest first."""

    lines: list[Line] = field(default_factory=list)
    fills: list[tuple[int, float, str, str]] = field(default_factory=list)
    cycles: list[tuple[int, float, float]] = field(default_factory=list)
    _live: dict[str, Line] = field(default_factory=dict)

    def take(self, at: int, kind: str, payload: Mapping[str, Any]) -> None:
        """Fold one event in; other kinds are passed over."""
        order = str(payload.get("client_order_id", ""))
        if kind == "OrderPlaced":
            self._open(
                order, Line(_text(payload, "side"), _text(payload, "role"), _price(payload), at)
            )
        elif kind == "OrderRepriced" and (old := self._live.get(order)):
            old.end = at
            self._open(order, Line(old.side, old.role, _price(payload), at))
        elif kind == "OrderEnded":
            self._close(order, at)
        elif kind == "OrderFilled":
            self._fill(order, at, payload)
        elif kind == "CycleBooked":
            net = theme.decimal(payload.get("net"))
            self.cycles.append((at, _price(payload, "exit_price"), float(net or 0)))

    def _open(self, order: str, line: Line) -> None:
        self._live[order] = line
        self.lines.append(line)

    def _close(self, order: str, at: int) -> None:
        line = self._live.pop(order, None)
        if line is not None:
            line.end = at

    def _fill(self, order: str, at: int, payload: Mapping[str, Any]) -> None:
        self.fills.append((at, _price(payload), _text(payload, "side"), _text(payload, "role")))
        if payload.get("complete") is True:
            self._close(order, at)


def read_story(events: pd.DataFrame) -> Story:
    """Fold a slot's events, oldest first, into its story."""
    story = Story()
    for at, kind, payload in zip(events["at"], events["type"], events["payload"], strict=True):
        story.take(int(at), str(kind), parse(payload))
    return story


def parse(payload: object) -> Mapping[str, Any]:
    """Read a payload; what is not a JSON object reads as empty."""
    try:
        value = json.loads(str(payload))
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}


def slot_timeline(events: pd.DataFrame, now: int | None, zone: str) -> None:
    """Draw one slot's story."""
    story = read_story(events)
    if not story.lines and not story.fills:
        nothing("This slot has placed no order yet, or its events are not published yet.")
        return
    end = max([now or 0, *(int(at) for at in events["at"])])
    chart = go.Figure(
        [
            _orders(story, side, role, end, zone)
            for side in ("buy", "sell")
            for role in ("entry", "exit")
        ]
    )
    chart.add_trace(_fills(story, zone))
    chart.add_trace(_cycles(story, zone))
    chart.update_yaxes(tickformat=",.6~f")
    axes.calm(chart, height=300, revision="slot_timeline")
    st.plotly_chart(chart, key="slot_timeline", config=axes.CONFIG)


def _orders(story: Story, side: str, role: str, end: int, zone: str) -> go.Scatter:
    at: list[int] = []
    price: list[float | None] = []
    for line in story.lines:
        if (line.side, line.role) == (side, role):
            at += [line.start, line.end or end, line.end or end]
            price += [line.price, line.price, None]
    return go.Scatter(
        x=axes.local(pd.Series(at, dtype="int64"), zone),
        y=price,
        mode="lines",
        name=f"{side} {role}",
        line={
            "color": getattr(theme.palette(), side),
            "width": 2 if role == "exit" else 1,
            "dash": "solid" if role == "exit" else "dot",
        },
        hovertemplate=f"{side} {role} %{{y:,.6~f}}<extra></extra>",
    )


def _fills(story: Story, zone: str) -> go.Scatter:
    colours = theme.palette()
    return go.Scatter(
        x=axes.local(pd.Series([fill[0] for fill in story.fills], dtype="int64"), zone),
        y=[fill[1] for fill in story.fills],
        mode="markers",
        name="fill",
        marker={
            "size": 8,
            "symbol": [
                "triangle-up" if fill[2] == "buy" else "triangle-down" for fill in story.fills
            ],
            "color": [colours.buy if fill[2] == "buy" else colours.sell for fill in story.fills],
        },
        hovertemplate="fill %{y:,.6~f}<extra></extra>",
    )


def _cycles(story: Story, zone: str) -> go.Scatter:
    return go.Scatter(
        x=axes.local(pd.Series([cycle[0] for cycle in story.cycles], dtype="int64"), zone),
        y=[cycle[1] for cycle in story.cycles],
        mode="markers",
        name="cycle",
        marker={
            "size": 15,
            "symbol": "circle-open",
            "color": theme.palette().calm,
            "line": {"width": 1.5},
        },
        customdata=[cycle[2] for cycle in story.cycles],
        hovertemplate="cycle closed, net %{customdata:.4f}<extra></extra>",
    )


def _text(payload: Mapping[str, Any], key: str) -> str:
    return str(payload.get(key, ""))


def _price(payload: Mapping[str, Any], key: str = "price") -> float:
    amount = theme.decimal(payload.get(key))
    return float("nan") if amount is None else float(amount)

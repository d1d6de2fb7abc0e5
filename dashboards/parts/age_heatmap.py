"""Count waiting exits by age band and distance from the price; a click picks one cell.

The band follows the effective age: age times (1 + distance % / 5), so distance only makes older.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from dashboards import theme
from dashboards.parts import axes
from dashboards.standing import Resting

HOUR, DAY = 3_600.0, 86_400.0
DISTANCE_WEIGHT = 5.0
BANDS = (
    ("fresh", 0.0),
    ("aging", 6 * HOUR),
    ("stale", DAY),
    ("stuck", 3 * DAY),
    ("write_off", 7 * DAY),
)
DISTANCES = (
    ("under 0.5 %", 0.0),
    ("0.5 to 1 %", 0.5),
    ("1 to 2 %", 1.0),
    ("2 to 5 %", 2.0),
    ("over 5 %", 5.0),
)
KEY = "age_heatmap"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One exit that waits, with its bands; the age is None when it is not known."""

    order: Resting
    age: float | None
    band: str
    distance: str


def waiting_exits(
    resting: Sequence[Resting],
    entries: Mapping[tuple[int, str, int], int],
    now: int | None,
) -> list[Waiting]:
    """Place every exit in its age band and distance."""
    return [_waiting(order, entries, now) for order in resting if order.role == "exit"]


def band(age: float | None, distance: float) -> str:
    """Name the age band of an exit.

    >>> band(7_200, 10), band(7_199, 10), band(86_400, 0)
    ('aging', 'fresh', 'stale')
    """
    if age is None:
        return "unknown"
    effective = age * (1 + distance / DISTANCE_WEIGHT)
    return next(name for name, floor in reversed(BANDS) if effective >= floor)


def age_heatmap(waiting: Sequence[Waiting]) -> tuple[str, str] | None:
    """Show the counts and return the picked (band, distance), if any."""
    counts = Counter((exit_.band, exit_.distance) for exit_ in waiting)
    bands = [name for name, _ in BANDS]
    if any(exit_.band == "unknown" for exit_ in waiting):
        bands.append("unknown")
    cells = [(column, row) for row in bands for column, _ in DISTANCES]
    chart = go.Figure(_squares(cells, counts))
    chart.update_yaxes(categoryorder="array", categoryarray=bands[::-1], showgrid=False)
    chart.update_xaxes(
        categoryorder="array", categoryarray=[name for name, _ in DISTANCES], showgrid=False
    )
    axes.calm(chart, height=46 * len(bands) + 66, revision=KEY, legend=False)
    chart.update_yaxes(side="left", range=[-0.6, len(bands) - 0.4])
    chart.update_xaxes(range=[-0.6, len(DISTANCES) - 0.4])
    picked = st.plotly_chart(
        chart, key=KEY, on_select="rerun", selection_mode="points", config=axes.CONFIG
    )
    return _picked(picked)


def _waiting(
    order: Resting, entries: Mapping[tuple[int, str, int], int], now: int | None
) -> Waiting:
    away = abs(float(order.distance)) if order.distance is not None else 0.0
    age = _age(order, entries, now)
    column = next(name for name, floor in reversed(DISTANCES) if away >= floor)
    return Waiting(order=order, age=age, band=band(age, away), distance=column)


def _age(
    order: Resting, entries: Mapping[tuple[int, str, int], int], now: int | None
) -> float | None:
    if order.age is not None:
        return float(order.age)
    since = order.since or entries.get((order.slot, order.leg, order.cycle or 0))
    return (now - since) / theme.MICRO if now and since else None


def _squares(cells: Sequence[tuple[str, str]], counts: Mapping[tuple[str, str], int]) -> go.Scatter:
    colours = theme.palette()
    values = [counts.get((row, column), 0) for column, row in cells]
    most = max([*values, 1])
    return go.Scatter(
        x=[column for column, _ in cells],
        y=[row for _, row in cells],
        mode="markers+text",
        text=[str(value) if value else "" for value in values],
        textfont={"size": 13, "color": [_ink(value, most) for value in values]},
        customdata=[[row, column] for column, row in cells],
        marker={
            "symbol": "square",
            "size": 40,
            "color": values,
            "cmin": 0,
            "cmax": most,
            "colorscale": [[0, colours.heat[0]], [1, colours.heat[1]]],
            "line": {"width": 0},
        },
        hovertemplate="%{y}, %{x}: %{marker.color} exits<extra></extra>",
    )


def _ink(value: int, most: int) -> str:
    colours = theme.palette()
    return colours.on_heat if value * 2 > most else colours.text


def _picked(state: object) -> tuple[str, str] | None:
    selection = state.get("selection", {}) if isinstance(state, Mapping) else {}
    points = selection.get("points", []) if isinstance(selection, Mapping) else []
    if not points:
        return None
    return str(points[0].get("y")), str(points[0].get("x"))

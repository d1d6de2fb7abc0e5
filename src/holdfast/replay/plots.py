"""Draw the plots of a report: equity beside hold, drawdown, days, cycle times, ages of exits.

Rules: floats only here; no colour of background or text is fixed, the page sets them for light and
dark; every axis names its unit. A long curve is thinned to its lowest, highest and last points.
"""

from datetime import UTC, datetime, timedelta

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from holdfast.replay.equity import Curve, shown
from holdfast.replay.report import Report

POINTS = 4_000
BLUE, GREY, RED, GREEN, AMBER = "#3b82b8", "#8b939b", "#cf5b45", "#3a9a78", "#c08a2b"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def figures(report: Report, curve: Curve) -> dict[str, go.Figure]:
    """Draw all plots, by the name of their place in the page."""
    return {
        "equity": equity(report, curve),
        "days": days(report),
        "cycle-times": bars(report.cycle_seconds.ranges, "cycles", BLUE),
        "ages": bars({row.age: row.exits for row in report.exits_by_age}, "waiting exits", AMBER),
    }


def equity(report: Report, curve: Curve) -> go.Figure:
    """Draw equity and hold over time; below them what trading added, and the drawdown."""
    places = shown(curve, POINTS)
    times = [_EPOCH + timedelta(microseconds=curve.at[place]) for place in places]
    figure = make_subplots(
        rows=3, cols=1, shared_xaxes=True, row_heights=[0.5, 0.27, 0.23], vertical_spacing=0.05
    )
    for name, values, colour in (
        ("hold the opening balances", curve.hold, GREY),
        ("equity", curve.equity, BLUE),
    ):
        figure.add_trace(
            go.Scatter(
                x=times,
                y=[float(values[place]) for place in places],
                name=name,
                mode="lines",
                line={"color": colour, "width": 1.4},
                hovertemplate="%{y:,.2f} " + report.quote,
            ),
            row=1,
            col=1,
        )
    figure.add_trace(_against_hold(times, curve, places, report.quote), row=2, col=1)
    figure.add_trace(_drawdown(times, curve, places), row=3, col=1)
    figure.update_yaxes(title_text=report.quote, row=1, col=1)
    figure.update_yaxes(title_text=f"less hold, {report.quote}", row=2, col=1)
    figure.update_yaxes(title_text="drawdown, %", rangemode="tozero", row=3, col=1)
    figure.update_xaxes(title_text="market time, UTC", row=3, col=1)
    return _plain(figure, height=600)


def days(report: Report) -> go.Figure:
    """Draw the net profit of each day as bars, with its cycles as a line."""
    names = [row.day for row in report.days]
    net = [float(row.net) for row in report.days]
    figure = make_subplots(specs=[[{"secondary_y": True}]])
    figure.add_trace(
        go.Bar(
            x=names,
            y=net,
            name="net profit",
            marker={"color": [GREEN if value >= 0 else RED for value in net]},
            hovertemplate="%{y:,.4f} " + report.quote,
        )
    )
    figure.add_trace(
        go.Scatter(
            x=names,
            y=[row.cycles for row in report.days],
            name="cycles",
            mode="lines",
            line={"color": GREY, "width": 1.4},
            hovertemplate="%{y:,} cycles",
        ),
        secondary_y=True,
    )
    figure.update_yaxes(title_text=f"net profit, {report.quote}", secondary_y=False)
    figure.update_yaxes(
        title_text="cycles",
        rangemode="tozero",
        showgrid=False,
        tickmode="auto",
        tickformat=",d",
        secondary_y=True,
    )
    figure.update_xaxes(title_text="day, UTC", type="date")
    return _plain(figure, height=320)


def bars(counts: dict[str, int], unit: str, colour: str) -> go.Figure:
    """Draw how many there are of each kind."""
    figure = go.Figure(
        go.Bar(
            x=list(counts),
            y=list(counts.values()),
            marker={"color": colour},
            hovertemplate="%{y:,} " + unit + "<extra></extra>",
        )
    )
    figure.update_yaxes(title_text=unit)
    return _plain(figure, height=280)


def _against_hold(times: list[datetime], curve: Curve, places: list[int], quote: str) -> go.Scatter:
    return go.Scatter(
        x=times,
        y=[float(curve.equity[place] - curve.hold[place]) for place in places],
        name="equity less hold",
        mode="lines",
        line={"color": GREEN, "width": 1.2},
        hovertemplate="%{y:+,.4f} " + quote,
        showlegend=False,
    )


def _drawdown(times: list[datetime], curve: Curve, places: list[int]) -> go.Scatter:
    return go.Scatter(
        x=times,
        y=[-float(curve.drawdown_pct[place]) for place in places],
        name="drawdown",
        mode="lines",
        fill="tozeroy",
        line={"color": RED, "width": 1},
        hovertemplate="%{y:.2f} %",
        showlegend=False,
    )


def _plain(figure: go.Figure, *, height: int) -> go.Figure:
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 64, "r": 56, "t": 12, "b": 44},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hovermode="x unified",
        legend={"orientation": "h", "y": 1.08, "x": 0},
    )
    grid = {"gridcolor": "rgba(128,128,128,0.22)", "zerolinecolor": "rgba(128,128,128,0.45)"}
    figure.update_xaxes(**grid, automargin=True)
    figure.update_yaxes(**grid, automargin=True)
    return figure

"""Give every chart the same quiet look and the same idea of time.

Plotly draws times without a zone, so they are moved to the shown zone before they are drawn.
"""

import pandas as pd
import plotly.graph_objects as go

CONFIG = {"displaylogo": False, "displayModeBar": False, "scrollZoom": False}


def local(micros: "pd.Series[int]", zone: str) -> "pd.Series[pd.Timestamp]":
    """Turn microseconds UTC into the wall times of a zone."""
    at = pd.to_datetime(micros.astype("int64"), unit="us", utc=True)
    return at.dt.tz_convert(zone).dt.tz_localize(None)


def calm(chart: go.Figure, *, height: int, revision: str, legend: bool = True) -> None:
    """Trim margins, place the legend above and keep the reader's zoom over refreshes."""
    chart.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 26, "b": 8},
        uirevision=revision,
        showlegend=legend,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"size": 11}},
        hoverlabel={"font": {"size": 12}},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    chart.update_xaxes(gridcolor="rgba(128,128,128,.14)", zeroline=False, title=None)
    chart.update_yaxes(gridcolor="rgba(128,128,128,.14)", zeroline=False, side="right", title=None)

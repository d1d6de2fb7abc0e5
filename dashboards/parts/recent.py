"""List what happened last: fills and closed cycles."""

import pandas as pd

from dashboards import theme
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column


def recent_fills(fills: pd.DataFrame, zone: str) -> None:
    """Show the newest fills."""
    markup.title("Last fills")
    if fills.empty:
        nothing("No order has filled yet.")
        return
    columns = (
        Column("when"),
        Column("fill"),
        Column("slot", right=True),
        Column("price", right=True),
        Column("size", right=True),
    )
    rows: list[list[Cell | str]] = [
        [
            theme.moment(row["at"], zone),
            Cell(f"{row['side']} {row['role']}", _side(row["side"])),
            str(row["slot"]),
            theme.price(row["price"]),
            theme.number(row["size"], 2),
        ]
        for row in fills.to_dict("records")
    ]
    markup.table(columns, rows)


def recent_cycles(cycles: pd.DataFrame, quote: str, zone: str) -> None:
    """Show the newest closed cycles."""
    markup.title("Last cycles", f"net of both fees, in {quote or 'quote'}")
    if cycles.empty:
        nothing("No cycle has closed yet.")
        return
    columns = (
        Column("when"),
        Column("slot", right=True),
        Column("leg"),
        Column("cycle", right=True),
        Column("net", right=True),
        Column("took", right=True),
    )
    rows: list[list[Cell | str]] = [
        [
            theme.moment(row["at"], zone),
            str(row["slot"]),
            str(row["leg"]),
            str(row["cycle"]),
            Cell(theme.number(row["net"], 4, signed=True), "good" if row["net"] > 0 else "bad"),
            theme.age((row["at"] - row["entry_time"]) / theme.MICRO),
        ]
        for row in cycles.to_dict("records")
    ]
    markup.table(columns, rows)


def _side(value: object) -> str:
    return str(value) if value in ("buy", "sell") else ""

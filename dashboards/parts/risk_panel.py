"""Show the limits of the risk policy beside what is used of them, and what it refused."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dashboards import safety_queries, standing, theme, words
from dashboards.parts import ages, markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column
from dashboards.queries import Data

CAUTION = Decimal(80)  # per cent of a limit


def caps(block: Mapping[str, Any], quote: str) -> None:
    """Show each limit, what is used of it, and how much of it that is."""
    risk = standing.mapping(block.get("risk"))
    rows = standing.rows(risk.get("caps"))
    note = f"policy {risk.get('policy')}" if risk.get("policy") else ""
    markup.title("Limits", note)
    if not rows:
        nothing("The desk does not tell its limits.")
        return
    columns = (Column("limit"), Column("used", True), Column("of", True), Column("share", True))
    markup.table((*columns, Column("")), [_cap(row, quote) for row in rows])


def refusals(data: Data) -> None:
    """Count what the policy refused in the last day of market time, by code."""
    frame = safety_queries.refusals(data, ages.day_before(data))
    markup.title("Refused by the risk policy", "last 24 hours of market time")
    if frame.empty:
        nothing("Nothing was refused.")
        return
    columns = (
        *(Column("code"), Column("orders", True), Column("last"), Column("slot", True)),
        *(Column("allowed", True), Column("observed", True)),
    )
    rows: list[list[Cell | str]] = [
        [
            str(row["code"]),
            theme.number(row["refused"], 0),
            f"{ages.of_market(data, row['last'])} ago",
            f"{row['slot']} {row['leg']}",
            str(row["allowed"]),
            str(row["observed"]),
        ]
        for row in frame.to_dict("records")
    ]
    markup.table(columns, rows)


def policies(data: Data) -> None:
    """List limits of principals; nothing where there are none."""
    frame = safety_queries.policies(data)
    if frame.empty:
        return
    markup.title("Limits of principals", "the stricter of these and the desk's holds")
    rows = [
        [str(row[name]) for name in ("principal", "field", "value", "reason", "approver")]
        for row in frame.to_dict("records")
    ]
    labels = ("principal", "limit", "value", "reason", "approved by")
    markup.table([Column(label) for label in labels], rows, wrap=True)


def signals(data: Data) -> None:
    """List signals from outside; nothing where none ever came."""
    frame = safety_queries.signals(data)
    if frame.empty:
        return
    markup.title("Signals from outside", "newest first")
    rows = [
        [
            f"{ages.of_machine(data, row['received_at'])} ago",
            *(str(row[name]) for name in ("source", "kind", "state", "detail")),
        ]
        for row in frame.to_dict("records")
    ]
    labels = ("received", "from", "kind", "state", "what came of it")
    markup.table([Column(label) for label in labels], rows, wrap=True)


def _cap(row: Mapping[str, Any], quote: str) -> list[Cell | str]:
    name, unit = str(row.get("name") or ""), str(row.get("unit") or "")
    used, limit = theme.decimal(row.get("used")), theme.decimal(row.get("limit"))
    share = used * 100 / limit if used is not None and limit else None
    said, tone = _judged(used, limit, share)
    return [
        words.CAPS.get(name, name),
        _amount(used, unit, quote),
        "off" if limit is None else _amount(limit, unit, quote),
        theme.DASH if share is None else f"{share:.0f} %",
        Cell(said, tone),
    ]


def _judged(used: Decimal | None, limit: Decimal | None, share: Decimal | None) -> tuple[str, str]:
    if limit is None or used is None:
        return ("", "") if limit is None else ("not known", "warn")
    if used >= limit:
        return "at the limit", "bad"
    return ("near the limit", "warn") if share is not None and share >= CAUTION else ("", "")


def _amount(value: Decimal | None, unit: str, quote: str) -> str:
    if unit == "percent":
        return theme.number(value, 2, "%")
    return theme.number(value, 2, quote) if unit == "quote" else theme.number(value, 0)

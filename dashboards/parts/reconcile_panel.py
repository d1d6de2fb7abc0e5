"""Show how books and venue compare: per asset, per order, and run by run."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dashboards import safety_queries, standing, theme, words
from dashboards.parts import ages, markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column
from dashboards.queries import Data

LEAST = Decimal("1e-8")  # a difference the comparison itself passes over
MOST = 6  # names in one sentence
_DONE = ("filled", "ended", "adopted", "resent", "unresolved")
_TIMES = (
    ("startup_replay_ms", "replay"),
    ("startup_reconcile_ms", "compare"),
    ("startup_bootstrap_ms", "bring up"),
    ("startup_total_ms", "in all"),
)


def drift(data: Data, block: Mapping[str, Any]) -> None:
    """Show what venue and books held of each asset at the last whole comparison."""
    seen = standing.mapping(block.get("compared"))
    when = ages.of_market(data, seen.get("market_time"))
    markup.title("Venue and books", f"compared whole {when} before these figures" if seen else "")
    rows = standing.rows(seen.get("assets"))
    if not rows:
        nothing("No whole comparison has been made since this desk started.")
        return
    columns = (
        *(Column("asset"), Column("venue", True), Column("books", True)),
        *(Column("difference", True), Column("drift", True), Column("")),
    )
    markup.table(columns, [_asset(row) for row in rows])


def order_verdicts(block: Mapping[str, Any]) -> None:
    """Count the verdicts of the last whole comparison, and name the orders that stand out."""
    seen = standing.mapping(block.get("compared"))
    counts = standing.mapping(seen.get("verdicts"))
    if not seen:
        return
    markup.title("Verdicts per order", "of the last whole comparison")
    if not counts:
        nothing("There was no order to compare.")
        return
    told: list[list[Cell | str]] = [
        [Cell(*words.verdict(str(name))), theme.number(count, 0), ""]
        for name, count in sorted(counts.items(), key=lambda row: -(standing.whole(row[1]) or 0))
        if name == "agreed"
    ]
    notable = standing.rows(seen.get("notable"))
    told += [
        [Cell(*words.verdict(str(row.get("verdict")))), "1", str(row.get("client_order_id") or "")]
        for row in notable
    ]
    markup.table((Column("verdict"), Column("orders", True), Column("order")), told, wrap=True)
    left = sum(standing.whole(count) or 0 for count in counts.values())
    left -= sum(standing.whole(counts.get(name)) or 0 for name in ("agreed",)) + len(notable)
    if left > 0:
        markup.title("", f"and {left} more that did not simply agree")


def runs(data: Data) -> None:
    """List the last comparisons and what each did."""
    frame = safety_queries.reconciliations(data, limit=8)
    markup.title("Comparisons", _startup(data.status))
    if frame.empty:
        nothing("None has been made yet.")
        return
    columns = (
        *(Column("when"), Column("result"), Column("fills", True), Column("ends", True)),
        *(Column("adopted", True), Column("resent", True), Column("unproven", True)),
        *(Column("foreign", True), Column("calls", True)),
    )
    rows = [_run(data, row) for row in frame.to_dict("records")]
    markup.table(columns, rows)
    _gaps(frame.to_dict("records")[0])


def foreign_orders(block: Mapping[str, Any]) -> None:
    """Name orders of others; they are never touched."""
    found = standing.mapping(block.get("reconcile")).get("foreign")
    names = [str(name) for name in found] if isinstance(found, list) else []
    if names:
        count = f"{len(names)} orders rest" if len(names) > 1 else "1 order rests"
        listed = ", ".join(names[:MOST]) + (" and more" if len(names) > MOST else "")
        markup.notice(f"{count} here that this desk did not place; left alone: {listed}.", "warn")


def _asset(row: Mapping[str, Any]) -> list[Cell | str]:
    theirs, ours = theme.decimal(row.get("venue")), theme.decimal(row.get("books"))
    away = theme.decimal(row.get("difference"))
    agreed = away is not None and abs(away) <= LEAST
    share = away * 100 / ours if away is not None and ours else None
    return [
        str(row.get("asset") or theme.DASH),
        theme.exact(theirs),
        theme.exact(ours),
        theme.exact(away),
        "0 %" if agreed else theme.number(share, 4, "%", signed=True),
        Cell("agrees", "good") if agreed else Cell("differs", "bad"),
    ]


def _run(data: Data, row: Mapping[Any, Any]) -> list[Cell | str]:
    result = str(row["result"])
    return [
        theme.moment(row["at"], data.zone),
        Cell(result, words.COMPARISONS.get(result, "warn")),
        *(theme.number(row[name], 0) for name in _DONE),
        str(len(_listed(row["foreign_orders"]))),
        theme.number(row["calls"], 0),
    ]


def _gaps(row: Mapping[Any, Any]) -> None:
    for gap in _listed(row["gaps"])[:MOST]:
        markup.notice(f"In the last comparison: {gap}.", "bad")


def _listed(text: object) -> list[str]:
    try:
        found = json.loads(str(text))
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def _startup(status: Mapping[str, Any]) -> str:
    told = [
        f"{label} {theme.number(status.get(name), 0)} ms"
        for name, label in _TIMES
        if status.get(name) is not None
    ]
    return f"last start: {', '.join(told)}" if told else ""

"""Show how much of the venue's limits is used: open orders, its two counters, calls of an hour."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dashboards import safety_queries, standing, theme
from dashboards.parts import ages, markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column
from dashboards.queries import Data

_NEAR = ((Decimal(100), "full", "bad"), (Decimal(80), "nearly full", "warn"))


def limits(data: Data, block: Mapping[str, Any]) -> None:
    """Show each limit of the venue, what is used of it, and what is left."""
    room = standing.mapping(data.status.get("capacity_fill_health"))
    counters = standing.mapping(block.get("counters"))
    rows = [
        _limit(
            "open orders, cap of the tier",
            standing.first(room, "open_orders_current", "open_orders_internal"),
            standing.first(room, "open_order_limit_configured", "open_orders_safe_cap"),
        )
    ]
    safe = room.get("open_orders_safe_cap")
    if safe is not None:
        rows.append(_limit("open orders, our safe cap", room.get("open_orders_current"), safe))
    if counters:
        rows.append(_limit("private calls", counters.get("rest"), counters.get("rest_limit")))
        rows.append(_limit("matching engine", counters.get("engine"), counters.get("engine_limit")))
    markup.title("Capacity", _waits(counters))
    columns = (Column("limit"), Column("used", True), Column("of", True), Column("share", True))
    markup.table((*columns, Column("")), rows)


def calls_of_an_hour(block: Mapping[str, Any]) -> None:
    """Count the calls of the last hour by endpoint, the most frequent first."""
    counters = standing.mapping(block.get("counters"))
    found = standing.mapping(counters.get("calls_last_hour"))
    counts = {str(name): standing.whole(count) or 0 for name, count in found.items()}
    markup.title("Calls of the last hour", f"{sum(counts.values()):,} in all, all of this process")
    if not counts:
        nothing("None was made.")
        return
    rows = [
        [name, f"{count:,}"]
        for name, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    ]
    markup.table((Column("endpoint"), Column("calls", True)), rows)


def requests_of_a_day(data: Data) -> None:
    """Count what left for the venue in a day of market time."""
    frame = safety_queries.requests(data, ages.day_before(data))
    if frame.empty:
        return
    markup.title("Sent", "last 24 hours of market time")
    columns = (
        *(Column("what"), Column("orders", True), Column("requests", True)),
        Column("last", True),
    )
    rows = [
        [
            str(row["action"]),
            theme.number(row["orders"], 0),
            theme.number(row["requests"], 0),
            f"{ages.of_market(data, row['last'])} ago",
        ]
        for row in frame.to_dict("records")
    ]
    markup.table(columns, rows)


def _limit(label: str, used: object, limit: object) -> list[Cell | str]:
    now, most = theme.decimal(used), theme.decimal(limit)
    share = now * 100 / most if now is not None and most else None
    near = (row for row in _NEAR if share is not None and share >= row[0])
    _, said, tone = next(near, (None, "", ""))
    digits = 0 if now is None or now == int(now) else 1
    return [
        label,
        theme.number(now, digits),
        "no cap" if most is None else theme.number(most, 0),
        theme.DASH if share is None else f"{share:.0f} %",
        Cell(said, tone),
    ]


def _waits(counters: Mapping[str, Any]) -> str:
    waits = standing.whole(counters.get("throttle_waits"))
    if waits is None:
        return ""
    if not waits:
        return "no call had to wait for room"
    waited = theme.number(counters.get("throttle_seconds"), 1, "s")
    calls = "1 call" if waits == 1 else f"{waits:,} calls"
    return f"{calls} waited for room, {waited} in all"

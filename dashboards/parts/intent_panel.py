"""Show how far orders are on their way to the venue, and every request nobody has answered."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboards import safety_queries, standing, theme, words
from dashboards.parts import ages, markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column
from dashboards.queries import Data

OVERDUE = 120.0  # seconds without an answer, from which on an alert stands
MOST_UNKNOWN = 10  # rows, so that the rest of the page stays in sight


def unknown_outcomes(data: Data, block: Mapping[str, Any]) -> None:
    """List requests without an answer, the oldest first; one sentence where there are none."""
    rows = standing.rows(block.get("unknowns"))[:MOST_UNKNOWN]
    count = standing.whole(block.get("unknown")) or 0
    if not count:
        markup.notice("Every request has an answer: no outcome is unknown.", "good")
        return
    age = ages.seconds(block.get("oldest_unknown_sec"))
    text = f"{count} outcomes are unknown, the oldest for {age}. None is sent again before proof."
    markup.notice(text.replace("1 outcomes are", "1 outcome is") if count == 1 else text, "bad")
    columns = (
        *(Column("request"), Column("order"), Column("slot", True), Column("unknown for", True)),
        Column("the venue refuses it after"),
    )
    markup.table(columns, [_unknown(data, row) for row in rows])
    if count > len(rows):
        markup.title("", f"and {count - len(rows)} more")


def intents_by_state(data: Data) -> None:
    """Count orders that are not over by state, with the age of the oldest in it."""
    live = safety_queries.live_intents(data)
    markup.title("Orders by state", "that are not over")
    if live.empty:
        nothing("No order rests or is on its way.")
        return
    columns = (
        *(Column("state"), Column("orders", True), Column("entries", True), Column("exits", True)),
        Column("oldest in it", True),
    )
    markup.table(columns, _live_rows(data, live))


def intents_that_ended(data: Data) -> None:
    """Count the orders that ended in a day, by how they ended; nothing where none did."""
    ended = safety_queries.ended_intents(data, ages.day_before(data))
    if ended.empty:
        return
    markup.title("Orders that ended", "last 24 hours of market time")
    rows: list[list[Cell | str]] = [
        [_state(str(row["state"])), theme.number(row["orders"], 0)]
        for row in ended.to_dict("records")
    ]
    markup.table((Column("how"), Column("orders", True)), rows)


def illegal_steps(data: Data) -> None:
    """List steps no order may take; nothing where there were none."""
    frame = safety_queries.illegal_steps(data)
    if frame.empty:
        return
    markup.title("Steps that may not be", "newest first")
    rows: list[list[Cell | str]] = [
        [
            theme.moment(row["at"], data.zone),
            words.short(row["client_order_id"]),
            str(row["before"] or "new"),
            Cell(str(row["after"]), "bad"),
            str(row["evidence"]),
        ]
        for row in frame.to_dict("records")
    ]
    labels = ("when", "order", "from", "to", "evidence")
    markup.table([Column(label) for label in labels], rows, wrap=True)


def simulated_orders(data: Data) -> None:
    """List what a desk in DRY would have placed; nothing where it never simulated."""
    frame = safety_queries.simulated(data, limit=8)
    if frame.empty:
        return
    markup.title("Simulated in DRY", "what would have been placed, newest first")
    columns = (
        *(Column("when"), Column("order"), Column("slot", True)),
        *(Column("price", True), Column("size", True)),
    )
    rows: list[list[Cell | str]] = [
        [
            theme.moment(row["at"], data.zone),
            Cell(f"{row['side']} {row['role']}", _side(row["side"])),
            f"{row['slot']} {row['leg']}",
            theme.price(row["price"]),
            theme.exact(row["size"]),
        ]
        for row in frame.to_dict("records")
    ]
    markup.table(columns, rows)


def _live_rows(data: Data, live: pd.DataFrame) -> list[list[Cell | str]]:
    found: list[list[Cell | str]] = []
    for state in words.INTENT_STATES:
        rows = live[live["state"] == state]
        if rows.empty:
            continue
        exits = int((rows["role"] == "exit").sum())
        counts = (len(rows), len(rows) - exits, exits)
        told = [theme.number(count, 0) for count in counts]
        found.append([_state(state), *told, ages.of_market(data, rows["since"].min())])
    return found


def _unknown(data: Data, row: Mapping[str, Any]) -> list[Cell | str]:
    since, now = theme.decimal(row.get("since")), data.market_time
    late = since is not None and now is not None and float(now - since) >= OVERDUE * theme.MICRO
    slot = row.get("slot_id")
    return [
        str(row.get("action") or theme.DASH),
        words.short(row.get("client_order_id")),
        theme.DASH if slot is None else str(slot),
        Cell(ages.of_market(data, since), "bad" if late else "warn"),
        theme.moment(row.get("deadline"), data.zone),
    ]


def _state(name: str) -> Cell:
    return Cell(*words.state(name))


def _side(value: object) -> str:
    return str(value) if value in ("buy", "sell") else ""

"""Show which slots trade one side only, for which recorded reason, and how quickly sides come back."""

from collections.abc import Mapping
from typing import Any

from dashboards import standing, theme
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Column, Tile
from dashboards.queries import Data

_SIDES = (("long_only", "buy side only"), ("short_only", "sell side only"), ("neither", "no side"))
_COLUMNS = (
    Column("slot", True),
    Column("missing"),
    Column("since"),
    Column("for", True),
    Column("why"),
)


def repairs(data: Data) -> None:
    """Draw the panel; a desk that does not tell of it says so."""
    block = standing.mapping(data.status.get("bring_up"))
    markup.title("Missing sides", _setting(block))
    if not block:
        nothing("This desk does not tell which sides are missing.")
        return
    markup.tiles(_figures(data, block))
    rows = [_row(data, row) for row in standing.rows(block.get("missing"))]
    if not rows:
        nothing("Every slot trades both sides.")
        return
    markup.table(_COLUMNS, rows)
    more = (standing.whole(block.get("missing_total")) or len(rows)) - len(rows)
    if more > 0:
        markup.notice(f"{more:,} more wait; the longest are shown.", "muted")


def _figures(data: Data, block: Mapping[str, Any]) -> list[Tile]:
    sides = standing.mapping(block.get("one_sided"))
    by_source = standing.mapping(block.get("by_source"))
    scheduler = standing.mapping(data.status.get("entry_scheduler"))
    tiles = []
    for side, label in _SIDES:
        count = standing.whole(sides.get(side))
        sources = standing.mapping(by_source.get(side))
        note = ", ".join(f"{name} {number}" for name, number in sorted(sources.items()))
        tiles.append(Tile(label, theme.number(count, 0), "warn" if count else "", note))
    put_off = theme.number(scheduler.get("deferred_total"), 0)
    waits = theme.number(scheduler.get("pending_entries"), 0)
    return [
        *tiles,
        Tile("entries that wait", waits, note=f"put off {put_off} times"),
        _returns(block),
    ]


def _returns(block: Mapping[str, Any]) -> Tile:
    longest = _length(block.get("longest_return_seconds_1d"))
    count = theme.number(block.get("returned_1d"), 0)
    note = f"{count} in 24 h, the longest {longest}"
    return Tile("until a side is back", _length(block.get("median_return_seconds_1d")), note=note)


def _length(seconds: object) -> str:
    length = standing.whole(seconds)
    return theme.age(None if length is None else float(length))


def _row(data: Data, row: Mapping[str, Any]) -> list[str]:
    source = str(row.get("source") or "none")
    since = standing.whole(row.get("since"))
    return [
        theme.number(row.get("slot_id"), 0),
        f"{row.get('side')} (leg {row.get('leg')})",
        theme.moment(since, data.zone) if since else theme.DASH,
        _length(row.get("seconds")),
        theme.BLOCK_REASONS.get(source, source),
    ]


def _setting(block: Mapping[str, Any]) -> str:
    if block.get("auto_repair_regime") == "never":
        return "sides the regime took away are left to a person"
    return "reasons as recorded, the longest first"

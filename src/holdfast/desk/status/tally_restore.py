"""Read back from a ledger file what a tally forgot when the process ended.

It reads projections, so they must be brought up first (`DuckDbLedger.project`). A whole restore is
a handful of grouped queries, whatever the age of the ledger.
"""

from collections import deque
from decimal import Decimal
from typing import Any

import duckdb

from holdfast.desk.status.tally import RECENT, Sums, Tally
from holdfast.domain.market import DAY
from holdfast.engine.books import Books
from holdfast.ledger.brought import BROUGHT
from holdfast.ledger.codec import decode

_SUMS = f"""
select slot_id, sum(net), sum(settled), sum(round_trips) from (
    select slot_id, net, settled, 1 as round_trips from cycles union all by name ({BROUGHT})
) group by slot_id
"""
_RECENT = """
select market_time, type, version, payload from event
where seq in (
    select seq from cycles
    qualify row_number() over (partition by slot_id order by seq desc) <= $1
)
order by seq
"""
_DAY = """
select slot_id, sum(greatest(-net, 0)), sum(net), count(*) from cycles
where market_time >= $1 group by slot_id
"""
_COUNTS = """
select (select count(*) from event where type = 'ExitOrphaned'),
       (select count(*) from fills),
       (select count(*) from positions where status = 'open'),
       (select count(*) from position_journal),
       (select count(*) from cycles where reason = 'released'),
       (select coalesce(max(market_time), 0) from cycles where reason = 'released')
"""


def restore_tally(tally: Tally, cursor: duckdb.DuckDBPyConnection, books: Books) -> None:
    """Fill an empty tally with what the ledger's cycles, fills and positions say."""
    tally.know(books)
    tally.slots = cycle_sums(cursor)
    tally.add_up()
    for at, name, version, payload in _rows(cursor, _RECENT, [RECENT]):
        event = decode(name, version, payload)
        tally.recent.setdefault(event.slot, deque(maxlen=RECENT)).appendleft((at, event))
    for slot, loss, net, count in _rows(cursor, _DAY, [tally.day * DAY]):
        if loss:
            tally.losses[slot] = plain(loss)
        tally.loss += plain(loss)
        tally.day_net += plain(net)
        tally.day_cycles += count
    found = _rows(cursor, _COUNTS, [])[0]
    tally.orphans, tally.fills, tally.positions_open, tally.journal_rows, *gone = found
    tally.released, tally.released_at = gone


def cycle_sums(cursor: duckdb.DuckDBPyConnection) -> dict[int, Sums]:
    """Add up the ledger's cycles and what slots had earned before, slots that have left included."""
    return {
        slot: Sums(plain(net), plain(settled), int(count))
        for slot, net, settled, count in _rows(cursor, _SUMS, [])
    }


def plain(amount: Decimal) -> Decimal:
    """Drop the zeros a column's scale put behind an amount."""
    text = f"{amount:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    return cursor.execute(sql, values).fetchall()

"""Bring the books, and the rows that may still change, back from a ledger file.

The books come from the newest snapshot that the chain agrees with, and the rows after it. Rows that
the projections lack are folded again from the watermark on.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from holdfast.domain.errors import HoldfastError, LedgerCorrupt
from holdfast.domain.intent_states import IntentState
from holdfast.engine.books import Books
from holdfast.engine.intents import Standing
from holdfast.ledger import snapshots, writer
from holdfast.ledger.chain import ORIGIN, link
from holdfast.ledger.codec import decode
from holdfast.ledger.live import LiveRows
from holdfast.ledger.place import Place
from holdfast.ledger.project import Projector
from holdfast.ledger.rows import HoldRow, IntentRow, OrderRow, PositionRow, SessionRow
from holdfast.ledger.rows_alerts import AlertRow
from holdfast.ledger.rows_safety import PolicyRow, SignalRow

PORTION = 20_000
Stored = tuple[int, int, int, str, str, int, str, str]

_ROWS = """
select seq, market_time, recorded_at, stream, type, version, payload, chain_hash
from event where seq > $1 and seq <= $2 order by seq
"""
_LAST = "select coalesce(max(seq), 0) from event"
_HASH = "select chain_hash from event where seq = $1"
_WATERMARK = "select projected_to from watermark"
_LIVE_FILLS = """
select client_order_id, fill_id from fills
where client_order_id in (
    select client_order_id from orders
    where status not in ('filled', 'canceled', 'expired', 'refused')
)
"""
_LIVE_WAYS = """
select client_order_id, arg_max(after, seq * 1000000 + ordinal), max(market_time), count(*) - 1
from intent_events
where client_order_id in (
    select client_order_id from orders
    where status not in ('filled', 'canceled', 'expired', 'refused')
)
group by client_order_id
"""
_LIVE = (
    (OrderRow, "status not in ('filled', 'canceled', 'expired', 'refused') order by placed_seq"),
    (IntentRow, "status not in ('done', 'refused') order by seq"),
    (PositionRow, "status = 'open' order by opened_seq"),
    (HoldRow, "cleared_seq is null order by set_seq"),
    (AlertRow, "ended_seq is null order by began_seq"),
    (SessionRow, "stopped_at is null order by started_seq"),
    (SignalRow, "state not in ('rejected', 'done') order by received_seq"),
    (PolicyRow, "ended_seq is null order by set_seq"),
)


class Restored(NamedTuple):
    """A ledger's memory, as it was when it was written last."""

    projector: Projector
    sequence: int
    chain_hash: str
    behind: int
    faults: list[str]


def restore(
    connection: duckdb.DuckDBPyConnection, base: str, quote: str, folder: Path | None
) -> Restored:
    """Fold the newest valid snapshot and the rows after it; check the chain of those rows."""
    last = last_sequence(connection)
    books, sequence, chain_hash, faults = _start(connection, base, quote, folder, last)
    mark = watermark(connection)
    projector = Projector(books, live_rows(connection))
    if sequence > mark:  # the rows between are wanted by the projections only
        books, sequence = Books(base, quote), 0
        chain_hash, projector.books = ORIGIN, books
    for row in stored(connection, sequence, last):
        chain_hash = checked(chain_hash, row)
        apply(projector, row, projected=row[0] <= mark)
    return Restored(projector, last, chain_hash, last - mark, faults)


def stored(connection: duckdb.DuckDBPyConnection, after: int, to: int) -> Iterator[Stored]:
    """Read event rows in order, a portion at a time."""
    while after < to:
        rows = connection.execute(_ROWS, [after, min(after + PORTION, to)]).fetchall()
        if not rows:
            raise LedgerCorrupt(f"row {after + 1} of the ledger is missing")
        yield from rows
        after += PORTION


def checked(previous: str, row: Stored) -> str:
    """Return the chain hash of a row; raise LedgerCorrupt where it is not what was written."""
    expected = link(previous, *row[:7])
    if row[7] != expected:
        raise LedgerCorrupt(
            f"row {row[0]} ({row[4]}) was changed, or a row before it is missing: its chain hash "
            f"is {row[7][:12]}… and should be {expected[:12]}…"
        )
    return expected


def apply(projector: Projector, row: Stored, *, projected: bool) -> None:
    """Fold one stored row; rows that the tables hold already reach only the books."""
    entry = decode(row[4], row[5], row[6])
    try:
        if not projected:
            projector.apply(Place(row[0], row[1], row[2]), entry)
        projector.books.apply(row[1], entry)
    except (HoldfastError, ArithmeticError, LookupError) as error:
        raise LedgerCorrupt(f"row {row[0]} ({row[4]}) cannot be folded: {error}") from error


def live_rows(connection: duckdb.DuckDBPyConnection) -> LiveRows:
    """Read the rows that later events may still change."""
    live = LiveRows()
    for kind, where in _LIVE:
        live.take(writer.read(connection, kind, where))
    for client_order_id, fill_id in connection.execute(_LIVE_FILLS).fetchall():
        live.fill_ids.setdefault(client_order_id, set()).add(fill_id)
    for name, state, since, steps in connection.execute(_LIVE_WAYS).fetchall():
        live.ways.live[name] = Standing(IntentState(state), since, live.orders[name].filled, steps)
    return live


def last_sequence(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the last row, 0 for an empty ledger."""
    row = connection.execute(_LAST).fetchone()
    return int(row[0]) if row else 0


def watermark(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the last row that the projections hold."""
    row = connection.execute(_WATERMARK).fetchone()
    return int(row[0]) if row else 0


def _start(
    connection: duckdb.DuckDBPyConnection, base: str, quote: str, folder: Path | None, last: int
) -> tuple[Books, int, str, list[str]]:
    found, faults = snapshots.newest(folder) if folder else ([], [])
    for snapshot in found:
        row = connection.execute(_HASH, [snapshot.sequence]).fetchone()
        agrees = row is not None and row[0] == snapshot.chain_hash and snapshot.sequence <= last
        if agrees and (snapshot.base, snapshot.quote) == (base, quote):
            return snapshots.books_of(snapshot), snapshot.sequence, snapshot.chain_hash, faults
        faults.append(f"snapshot of row {snapshot.sequence} disagrees with the ledger, not used")
    return Books(base, quote), 0, ORIGIN, faults

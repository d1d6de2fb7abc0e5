"""Fold all projections again from the events, in bulk.

The events are never touched. The tables are dropped and made by the same migrations that made them
first; everything happens in one transaction, so a reader sees the old tables or the new ones.
"""

from collections.abc import Callable

import duckdb

from holdfast.engine.books import Books
from holdfast.ledger import founding, writer
from holdfast.ledger.chain import ORIGIN
from holdfast.ledger.collector import collector_paused
from holdfast.ledger.kinds import KINDS
from holdfast.ledger.migrations import m0003_views, make_folded_tables
from holdfast.ledger.project import Projector
from holdfast.ledger.restore import apply, checked, last_sequence, stored
from holdfast.ledger.transaction import transaction

PORTION = 100_000
VIEWS = ("accounts", "account_sums", "profit", "slot_totals", "daily", "subsidy", "equity")
_MARK = "update watermark set projected_to = $1"


def rebuild(
    connection: duckdb.DuckDBPyConnection, progress: Callable[[int, int], None] | None = None
) -> int:
    """Make all projections again; return the number of events folded."""
    base, quote = founding.assets(connection)
    projector, chain, last = Projector(Books(base, quote)), ORIGIN, last_sequence(connection)
    with transaction(connection), collector_paused():
        _drop(connection)
        make_folded_tables(connection)
        m0003_views.apply(connection)
        for row in stored(connection, 0, last):
            chain = checked(chain, row)
            apply(projector, row, projected=False)
            if row[0] % PORTION == 0 or row[0] == last:
                _flush(connection, projector)
                if progress is not None:
                    progress(row[0], last)
        connection.execute(_MARK, [last])
    return last


def _drop(connection: duckdb.DuckDBPyConnection) -> None:
    for name in VIEWS:
        connection.execute(f"drop view if exists {name}")
    for name in ("watermark", *(kind.TABLE for kind in KINDS)):
        connection.execute(f"drop table if exists {name}")


def _flush(connection: duckdb.DuckDBPyConnection, projector: Projector) -> None:
    writer.write(connection, projector.settle())
    projector.batch.clear()

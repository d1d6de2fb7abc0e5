"""Keep a replay's ledger in memory, and write it to a file when it is done.

A commit encodes, hashes and appends, nothing else; chain, projections and candles are made by
`write_to`, in large batches. The file is the same a desk would have written.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa

from holdfast.clock import Clock
from holdfast.domain.bookkeeping import LedgerFounded, Note
from holdfast.domain.errors import LedgerError
from holdfast.domain.events import Event
from holdfast.engine.books import Books
from holdfast.ledger import founding, schema, writer
from holdfast.ledger.amounts import check_amounts
from holdfast.ledger.candles import check_candle, write_candles
from holdfast.ledger.chain import ORIGIN, link
from holdfast.ledger.codec import encode
from holdfast.ledger.collector import collector_paused
from holdfast.ledger.connect import connect
from holdfast.ledger.memory import MemoryLedger
from holdfast.ledger.place import Place
from holdfast.ledger.project import Projector
from holdfast.ledger.transaction import lent, transaction

PORTION = 50_000
SCHEMA = pa.schema(
    [
        *(("seq", pa.int64()), ("market_time", pa.int64()), ("recorded_at", pa.int64())),
        *(("stream", pa.string()), ("type", pa.string()), ("version", pa.int32())),
        *(("payload", pa.string()), ("chain_hash", pa.string())),
    ]
)
_INSERT = "insert into event by name select * from incoming"
_MARK = "update watermark set projected_to = $1"


class BulkLedger(MemoryLedger):
    """A memory ledger that can become a file."""

    def write_to(self, path: Path, *, clock: Clock, found: LedgerFounded) -> Path:
        """Write a whole ledger file that passes verify; the founding becomes its first row."""
        if path.exists():
            raise LedgerError(f"{path.name} exists already; a replay never writes over a ledger")
        connection = connect(path)
        try:
            schema.bring_up(connection, schema.pending(connection), clock.wall())
            founding.name_assets(connection, *self._assets)
            with transaction(connection), collector_paused():
                self._write_rows(connection, clock.wall(), found)
            connection.execute("checkpoint")
        except BaseException:
            connection.close()
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
            raise
        connection.close()
        return path

    def _write_rows(
        self, connection: duckdb.DuckDBPyConnection, now: int, found: LedgerFounded
    ) -> None:
        projector = Projector(Books(*self._assets))
        chain, sequence = ORIGIN, 0
        rows = iter([(0, found), *self.rows])
        while portion := list(islice(rows, PORTION)):
            event_rows, chain = _chained(portion, sequence, now, chain)
            for at, entry in portion:
                sequence += 1
                projector.apply(Place(sequence, at, now), entry)
                projector.books.apply(at, entry)
            _insert(connection, event_rows)
            writer.write(connection, projector.settle())
            projector.batch.clear()
        for candle in self.candles:
            check_candle(candle)
        write_candles(connection, self.candles)
        connection.execute(_MARK, [sequence])


def _chained(
    portion: Sequence[tuple[int, Event | Note]], sequence: int, now: int, chain: str
) -> tuple[list[tuple[object, ...]], str]:
    rows: list[tuple[object, ...]] = []
    for head in _heads(portion, sequence, now):
        chain = link(chain, *head)
        rows.append((*head, chain))
    return rows, chain


def _heads(
    portion: Sequence[tuple[int, Event | Note]], sequence: int, now: int
) -> Iterator[tuple[int, int, int, str, str, int, str]]:
    for number, (at, entry) in enumerate(portion, sequence + 1):
        check_amounts(entry)
        text = encode(entry).decode()
        yield number, at, now, entry.stream, type(entry).__name__, entry.version, text


def _insert(connection: duckdb.DuckDBPyConnection, rows: list[tuple[object, ...]]) -> None:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    with lent(connection, pa.Table.from_arrays(arrays, schema=SCHEMA)):
        connection.execute(_INSERT)

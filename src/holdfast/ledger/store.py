"""Keep the ledger in one DuckDB file: the desk's only writer.

Rules: a commit writes the event rows and the candles in one transaction, whole or not at all, and
is durable when it returns. The projections follow in batches, in their own transaction with a
watermark (ADR 0010); a start folds what they lack, and where they cannot be written `problem` says
why. After a failed commit the memory is read again.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from holdfast.clock import Clock
from holdfast.disk import writing
from holdfast.domain.bookkeeping import LedgerFounded, Note
from holdfast.domain.errors import HoldfastError, LedgerCorrupt, LedgerError
from holdfast.domain.events import Event
from holdfast.domain.market import Candle
from holdfast.engine.books import Books
from holdfast.ledger import founding, schema, snapshots, writer
from holdfast.ledger.amounts import check_amounts
from holdfast.ledger.candles import check_candle, write_candles
from holdfast.ledger.chain import link
from holdfast.ledger.codec import EventHash, encode
from holdfast.ledger.connect import connect
from holdfast.ledger.place import Place
from holdfast.ledger.restore import Restored, restore, stored
from holdfast.ledger.transaction import transaction
from holdfast.telemetry import log

PROJECT_EVERY = 1_000
PROJECT_SECONDS = 2.0
CANDLES_WAITING = 50

_INSERT = """
insert into event
select unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), unnest($8)
"""
_DISK = (duckdb.IOException, duckdb.FatalException)
_COMMIT = (*_DISK, duckdb.TransactionException)  # the one writer meets no other's transaction
_MARK = "update watermark set projected_to = $1"


class DuckDbLedger:
    """A ledger file that this process alone has open."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, path: Path, clock: Clock, base: str, quote: str
    ) -> None:
        self.path = path
        self.problem: str | None = None
        self._connection = connection
        self._clock = clock
        self._assets = (base, quote)
        self._candles: list[Candle] = []
        self._hash: EventHash | None = None
        self._behind = 0
        self._projected_at = clock.monotonic()
        self._stale = False
        self._closed = False
        self._take(restore(connection, base, quote, self.snapshot_folder))
        self.genesis = self._books.founded.genesis if self._books.founded else ""

    @classmethod
    def open(
        cls, path: Path, *, clock: Clock, base: str, quote: str, found: LedgerFounded | None = None
    ) -> "DuckDbLedger":
        """Open a ledger, or found it; raise LedgerError where its facts are others than asked."""
        if found is None and not path.exists():
            raise LedgerError(f"there is no ledger at {path.name}")
        connection = connect(path)
        try:
            writer.warm_up()
            _prepare(connection, clock, base, quote)
            kept = founding.founded(connection)
            if kept is not None:
                founding.agree(kept, found)
            ledger = cls(connection, path, clock, base, quote)
            if kept is None:
                ledger._found(found)
            ledger.project()
        except BaseException:
            connection.close()
            raise
        return ledger

    @property
    def snapshot_folder(self) -> Path:
        """Where this ledger's snapshots are."""
        return self.path.parent / "snapshots"

    @property
    def faults(self) -> list[str]:
        """What was noticed at the last restore and not used, for the log."""
        return self._faults

    def restore(self) -> Books:
        """Return the books as the ledger has them, for the caller to change."""
        self._recover()
        return snapshots.copy_of(self._books)

    def commit(self, at: int, entries: Sequence[Event | Note]) -> int:
        """Append rows of one market time in one transaction; return the last sequence."""
        self._recover()
        if not entries:
            return self.sequence
        for entry in entries:
            check_amounts(entry)
        self._stale = True
        rows = self._fold(at, entries)
        self._write(rows)
        self._stale = False
        self._behind += len(rows)
        self.keep_up()
        return self.sequence

    def keep_up(self) -> None:
        """Bring the projections up when enough rows or seconds have passed; for quiet ticks too."""
        late = self._clock.monotonic() - self._projected_at >= PROJECT_SECONDS
        many = self._behind >= PROJECT_EVERY and self.problem is None
        if self._behind and (late or many):
            self.settle()

    def settle(self) -> bool:
        """Bring the projections up now; say whether they are.

        Tables that cannot be written never make a durable commit look like a failed one.
        """
        try:
            self.project()
        except (HoldfastError, duckdb.Error) as error:
            self._projected_at = self._clock.monotonic()
            if self.problem is None:
                log.error(f"the ledger's tables fall behind its events: {error}")
            self.problem = str(error)
            return False
        return True

    def record_candle(self, candle: Candle) -> None:
        """Keep a candle; it is written with the next commit, or after fifty quiet ones."""
        check_candle(candle)
        self._candles.append(candle)
        if len(self._candles) >= CANDLES_WAITING:
            self._write([])

    def project(self) -> int:
        """Bring the projections up to the last row, in one transaction; return the rows written."""
        self._recover()
        if not self._behind:
            return 0
        batch = self._projector.settle()
        self._stale = True
        with writing(self.path, *_COMMIT), transaction(self._connection):
            count = writer.write(self._connection, batch)
            self._connection.execute(_MARK, [self.sequence])
        self._stale = False
        batch.clear()
        self._behind = 0
        self.problem = None
        self._projected_at = self._clock.monotonic()
        return count

    def checkpoint(self) -> bool:
        """Fold the log into the file; return False where that must wait, for a reader or a fault."""
        self._write([])
        if not self.settle():
            return False
        try:
            with writing(self.path, *_DISK):
                self._connection.execute("checkpoint")
        except duckdb.TransactionException:
            return False
        return True

    def snapshot(self) -> Path:
        """Write the books beside the ledger, so that the next start is quick."""
        self.settle()
        self._recover()
        with writing(self.snapshot_folder):
            return self._snapshot()

    def _snapshot(self) -> Path:
        return snapshots.write(self._books, self.sequence, self._chain, self.snapshot_folder)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Give another thread its own way in; it may only read."""
        return self._connection.cursor()

    def event_hash(self) -> str:
        """Return the digest over all domain events so far."""
        if self._hash is None:
            digest = EventHash()
            for row in stored(self._connection, 0, self.sequence):
                digest.add_row(row[3], row[4], row[5], row[1], row[6])
            self._hash = digest
        return self._hash.hexdigest()

    def close(self) -> None:
        """Write what is pending and let go of the file; once more does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            if not self._stale:
                self.checkpoint()
                self.snapshot()
        finally:
            self._connection.close()

    def _found(self, found: LedgerFounded | None) -> None:
        if found is None:
            raise LedgerCorrupt("the ledger has no rows, not even its founding")
        self.commit(0, [found])
        self.genesis = found.genesis

    def _take(self, restored: Restored) -> None:
        self._projector = restored.projector
        self._books = restored.projector.books
        self.sequence = restored.sequence
        self._chain = restored.chain_hash
        self._faults = restored.faults
        self._behind = restored.behind
        self._hash = None if self.sequence else EventHash()

    def _recover(self) -> None:
        if self._stale:
            self._take(restore(self._connection, *self._assets, self.snapshot_folder))
            self._stale = False

    def _fold(self, at: int, entries: Sequence[Event | Note]) -> list[tuple[object, ...]]:
        now, sequence, chain = self._clock.wall(), self.sequence, self._chain
        rows: list[tuple[object, ...]] = []
        for entry in entries:
            sequence += 1
            payload = encode(entry)
            text = payload.decode()
            head = (sequence, at, now, entry.stream, type(entry).__name__, entry.version, text)
            chain = link(chain, *head)
            rows.append((*head, chain))
            self._take_in(Place(sequence, at, now), entry)
            if self._hash is not None:
                self._hash.add(at, entry, payload)
        self.sequence, self._chain = sequence, chain
        return rows

    def _take_in(self, place: Place, entry: Event | Note) -> None:
        try:
            self._projector.apply(place, entry)
            self._books.apply(place.market_time, entry)
        except HoldfastError:
            raise
        except (ArithmeticError, LookupError) as error:
            raise LedgerError(f"{type(entry).__name__} cannot be folded: {error!r}") from error

    def _write(self, rows: list[tuple[object, ...]]) -> None:
        if not rows and not self._candles:
            return
        with writing(self.path, *_COMMIT), transaction(self._connection):
            if rows:
                columns = [list(column) for column in zip(*rows, strict=True)]
                self._connection.execute(_INSERT, columns)
            write_candles(self._connection, self._candles)
        self._candles.clear()


def _prepare(connection: duckdb.DuckDBPyConnection, clock: Clock, base: str, quote: str) -> None:
    steps = schema.pending(connection)
    if steps and steps[0].version > 1:
        raise schema.SchemaRefused(
            f"the ledger needs {len(steps)} migration(s); see `holdfast migrate --plan`, "
            "then `holdfast migrate --apply`"
        )
    if steps:
        schema.make(connection, clock.wall())
    founding.name_assets(connection, base, quote)

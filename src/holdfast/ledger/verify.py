"""Prove a ledger: its chain, its payloads, its fold, its projections, its sums.

Rules: nothing is written to the ledger. The events are folded once more into a database in memory,
and every table is compared with it row by row; totals are then summed from rows and compared with
what the slots say. Each finding names the row it is about, and what differs.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import msgspec

from holdfast.domain.errors import HoldfastError, LedgerCorrupt
from holdfast.engine.books import Books
from holdfast.ledger import founding, schema, writer
from holdfast.ledger.chain import ORIGIN
from holdfast.ledger.codec import EventHash
from holdfast.ledger.collector import collector_paused
from holdfast.ledger.compare import compare_tables, compare_totals
from holdfast.ledger.connect import connect
from holdfast.ledger.finding import Finding
from holdfast.ledger.migrations import make_folded_tables
from holdfast.ledger.project import Projector
from holdfast.ledger.restore import apply, checked, last_sequence, stored, watermark

PORTION = 100_000


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What verify found; no findings means the ledger is sound."""

    events: int
    event_hash: str
    projected_to: int
    accounts_sum: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Say whether nothing was found."""
        return not self.findings


def verify(
    ledger: Path | duckdb.DuckDBPyConnection, progress: Callable[[int, int], None] | None = None
) -> Report:
    """Check a ledger file, or an open ledger through a cursor of its own."""
    if not isinstance(ledger, Path):
        return _snapshot_of(ledger, progress)
    connection = connect(ledger, read_only=True)
    try:
        if schema.pending(connection):
            raise schema.SchemaRefused("the ledger needs migrations; see `holdfast migrate --plan`")
        return _snapshot_of(connection, progress)
    finally:
        connection.close()


def _snapshot_of(
    connection: duckdb.DuckDBPyConnection, progress: Callable[[int, int], None] | None
) -> Report:
    connection.execute("begin transaction read only")
    try:
        with duckdb.connect(":memory:") as folded:
            make_folded_tables(folded)
            with collector_paused():
                return _Check(connection, folded, progress).report()
    finally:
        connection.execute("rollback")


class _Check:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folded: duckdb.DuckDBPyConnection,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._connection = connection
        self._folded = folded
        self._progress = progress
        self._findings: list[Finding] = []
        self._hash = EventHash()
        self._projector = Projector(Books(*founding.assets(connection)))
        self._last = last_sequence(connection)
        self._mark = watermark(connection)

    def report(self) -> Report:
        whole = self._fold_all()
        if self._mark > self._last:
            text = f"projections claim row {self._mark}, the last event is {self._last}"
            self._findings.append(Finding(seq=self._mark, where="watermark", what=text))
        if whole:
            self._findings += compare_tables(self._connection, self._folded)
            self._findings += compare_totals(self._connection)
        sums = self._projector.books.accounts.sums()
        for asset, total in sums.items():
            if total:
                text = f"all accounts together hold {total} {asset}, and must hold 0"
                self._findings.append(Finding(where="accounts", what=text))
        return Report(
            events=self._last,
            event_hash=self._hash.hexdigest(),
            projected_to=self._mark,
            accounts_sum={asset: f"{total.normalize():f}" for asset, total in sums.items()},
            findings=tuple(self._findings),
        )

    def _fold_all(self) -> bool:
        chain, expected, folding = ORIGIN, 1, True
        for row in self._rows():
            if row[0] != expected:
                text = f"rows {expected} to {row[0] - 1} are missing"
                self._findings.append(Finding(seq=expected, where="event", what=text))
            expected = row[0] + 1
            try:
                checked(chain, row)
            except LedgerCorrupt as error:
                self._findings.append(Finding(seq=row[0], where="event", what=str(error)))
            chain = row[7]
            self._hash.add_row(row[3], row[4], row[5], row[1], row[6])
            folding = folding and self._fold(row)
        return folding

    def _rows(self) -> Iterable[tuple[int, int, int, str, str, int, str, str]]:
        try:
            yield from stored(self._connection, 0, self._last)
        except LedgerCorrupt as error:
            self._findings.append(Finding(where="event", what=str(error)))

    def _fold(self, row: tuple[int, int, int, str, str, int, str, str]) -> bool:
        try:
            apply(self._projector, row, projected=row[0] > self._mark)
            if row[0] == self._mark or (row[0] % PORTION == 0 and row[0] < self._mark):
                writer.write(self._folded, self._projector.settle())
                self._projector.batch.clear()
        except HoldfastError as error:
            self._findings.append(Finding(seq=row[0], where="fold", what=str(error)))
            return False
        if self._progress is not None and row[0] % PORTION == 0:
            self._progress(row[0], self._last)
        return True

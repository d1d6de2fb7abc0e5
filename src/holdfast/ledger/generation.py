"""Write one generation of published files from one consistent look at the ledger.

Rules: a file is written under a part name and moved into place, the manifest last of all; a table
that did not change keeps its file; events are sealed in parts of whole thousands that never change,
and what is left over is a small last part under a new name each time; files of the two generations
before stay, so that a reader in the middle of one does not lose them.
"""

import os
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from holdfast.ledger import manifest
from holdfast.ledger.manifest import Manifest
from holdfast.ledger.paths import FILE_MODE, make_private, write_private
from holdfast.ledger.read_models import READ_MODELS, ReadModel

SEALED = 5_000
LARGEST = 100_000
GENERATIONS = 3  # the present one and two before it

_HEAD = """
select
    (select coalesce(max(seq), 0) from event),
    (select coalesce(max(market_time), 0) from event),
    (select projected_to from watermark)
"""
_HASH = "select chain_hash from event where seq = $1"
_EVENTS = "select * from event where seq > {after} and seq <= {to} order by seq"


class Generations:
    """A published folder, as its one writer sees it."""

    def __init__(self, folder: Path, runtime: str) -> None:
        self._folder = folder
        self._runtime = runtime
        self._probes: dict[str, Any] = {}
        self._tables: dict[str, str] = {}
        self._sealed: list[tuple[int, str]] = []  # last row of the part, its file
        self._kept: deque[set[str]] = deque(maxlen=GENERATIONS)
        self._previous: Manifest | None = None

    def publish(self, cursor: duckdb.DuckDBPyConnection, now: int) -> Manifest:
        """Write what changed since the last generation, and the manifest."""
        self._make_folders()
        cursor.execute("begin transaction read only")
        try:
            self._adopt(cursor)
            sequence, market_time, projected = _row(cursor, _HEAD)
            tables = {model.name: self._table(cursor, model, sequence) for model in READ_MODELS}
            events = self._events(cursor, sequence)
        finally:
            cursor.execute("rollback")
        made = Manifest(
            runtime=self._runtime,
            sequence=sequence,
            projected_to=projected,
            market_time=market_time,
            published_at=now,
            tables=tables,
            events=events,
        )
        write_private(self._folder / manifest.NAME, msgspec.json.encode(made))
        self._previous = made
        self._kept.append(made.files())
        self._sweep()
        return made

    def _make_folders(self) -> None:
        for name in ("tables", "events"):
            make_private(self._folder / name)

    def _adopt(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Take over what an earlier desk sealed, if it is of this ledger."""
        if self._kept:
            return
        found = manifest.read(self._folder)
        self._kept.append(found.files() if found else set())
        sealed = sealed_parts(self._folder, found.events if found else ())
        if sealed and _same_history(cursor, self._folder, *sealed[-1]):
            self._sealed = sealed

    def _table(self, cursor: duckdb.DuckDBPyConnection, model: ReadModel, sequence: int) -> str:
        probe = _row(cursor, model.probe)
        kept = self._tables.get(model.name)
        if kept and self._probes.get(model.name) == probe and (self._folder / kept).exists():
            return kept
        name = f"tables/{model.name}-{sequence}.parquet"
        self._write(cursor, model.select, name)
        self._probes[model.name], self._tables[model.name] = probe, name
        return name

    def _events(self, cursor: duckdb.DuckDBPyConnection, sequence: int) -> tuple[str, ...]:
        if self._sealed and self._sealed[-1][0] > sequence:
            self._sealed.clear()
        done = self._sealed[-1][0] if self._sealed else 0
        while sequence - done >= SEALED:
            to = done + min((sequence - done) // SEALED * SEALED, LARGEST)
            name = f"events/{done + 1}-{to}.parquet"
            self._write(cursor, _EVENTS.format(after=done, to=to), name)
            self._sealed.append((to, name))
            done = to
        sealed = tuple(name for _, name in self._sealed)
        if done == sequence:
            return sealed
        name = f"events/{done + 1}-{sequence}.parquet"
        if not (self._previous and name in self._previous.events):
            self._write(cursor, _EVENTS.format(after=done, to=sequence), name)
        return (*sealed, name)

    def _write(self, cursor: duckdb.DuckDBPyConnection, sql: str, name: str) -> None:
        table: pa.Table = cursor.sql(sql).to_arrow_table()
        path = self._folder / name
        part = path.with_name(f".{path.name}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                pq.write_table(table, stream, compression="zstd")
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def _sweep(self) -> None:
        wanted = set().union(*self._kept)
        for name in ("tables", "events"):
            for path in (self._folder / name).iterdir():
                if f"{name}/{path.name}" not in wanted:
                    path.unlink(missing_ok=True)


def sealed_parts(folder: Path, names: Sequence[str]) -> list[tuple[int, str]]:
    """List the whole parts that follow one another from row 1 on and are there."""
    sealed: list[tuple[int, str]] = []
    done = 0
    for name in names:
        first, _, last = Path(name).stem.partition("-")
        whole = last.isdigit() and int(last) % SEALED == 0 and first == str(done + 1)
        if not whole or not (folder / name).is_file():
            break
        done = int(last)
        sealed.append((done, name))
    return sealed


def _same_history(
    cursor: duckdb.DuckDBPyConnection, folder: Path, sequence: int, name: str
) -> bool:
    try:
        hashes = pq.read_table(folder / name, columns=["chain_hash"])["chain_hash"]
    except (OSError, pa.ArrowException):
        return False
    found = cursor.execute(_HASH, [sequence]).fetchall()
    return bool(found) and len(hashes) > 0 and found[0][0] == hashes[-1].as_py()


def _row(cursor: duckdb.DuckDBPyConnection, sql: str) -> Sequence[Any]:
    return next(iter(cursor.execute(sql).fetchall()))  # read whole: `sql` wants a free connection

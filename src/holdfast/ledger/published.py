"""Read what a desk published, whether it runs or not.

Rules: the manifest is read first and names everything else; a file that is gone was replaced, so
the manifest is read again; nothing here writes, and questions reach no file outside the folder.
"""

from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from holdfast.domain.errors import LedgerError
from holdfast.ledger import manifest, query
from holdfast.ledger.manifest import Manifest

TRIES = 5
_GONE = (duckdb.IOException, duckdb.CatalogException)
_MICROSECONDS = 1_000_000


class Published:
    """A published folder, as a reader sees it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def manifest(self) -> Manifest | None:
        """Return the present manifest; None where nothing was published."""
        return manifest.read(self.folder)

    def age_seconds(self, now: int) -> float | None:
        """Say how old the tables are at a wall time in microseconds."""
        found = self.manifest
        return None if found is None else max(0.0, (now - found.published_at) / _MICROSECONDS)

    def status(self) -> dict[str, Any] | None:
        """Return the last published status; None where there is none, or none that can be read."""
        try:
            found = msgspec.json.decode((self.folder / manifest.STATUS).read_bytes())
        except (OSError, msgspec.MsgspecError):
            return None
        return found if isinstance(found, dict) else None

    def table(self, name: str) -> pa.Table | None:
        """Return a published table, or `event` with all parts; None where it is not there."""
        for _ in range(TRIES):
            found = self.manifest
            files = _files(found, name) if found else []
            if not files:
                return None
            try:
                return pa.concat_tables([pq.read_table(self.folder / file) for file in files])
            except (OSError, pa.ArrowException):
                continue
        return None

    def query(self, sql: str, *, seconds: float = 5.0, rows: int = query.ROWS) -> query.Answer:
        """Answer one SELECT over views named after the tables, and `event`."""
        query.check(sql)
        for _ in range(TRIES):
            before = self.manifest
            connection = self.connect()
            try:
                return query.ask(connection, sql, seconds=seconds, rows=rows)
            except query.QueryRefused as error:
                replaced = isinstance(error.__cause__, _GONE) and self.manifest != before
                if not replaced:
                    raise
            finally:
                connection.close()
        raise query.QueryRefused("the tables were replaced faster than they could be read")

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open a database in memory with a view for each table, shut off from everything else."""
        found = self.manifest
        for _ in range(TRIES):
            if found is None:
                raise LedgerError(
                    f"nothing is published in {self.folder.name}; start the desk once"
                )
            if all((self.folder / file).is_file() for file in found.files()):
                break
            found = self.manifest  # what is missing was replaced, or was lost for good
        connection = duckdb.connect(":memory:")
        connection.execute("set python_enable_replacements = false")
        connection.execute("set allowed_directories = $1", [[str(self.folder.resolve())]])
        connection.execute("set enable_external_access = false")
        for name in (*found.tables, "event") if found else ():
            self._view(connection, name, _files(found, name) if found else [])
        connection.execute("set lock_configuration = true")
        return connection

    def _view(self, connection: duckdb.DuckDBPyConnection, name: str, files: list[str]) -> None:
        paths = [self.folder.resolve() / file for file in files]
        present = [str(path) for path in paths if path.is_file()]
        try:
            if present:
                connection.read_parquet(present).create_view(name)
        except duckdb.Error:
            return  # gone or unreadable since: the table is absent, the others are not


def open_published(folder: Path) -> Published:
    """Open a published folder; it need not exist yet."""
    return Published(folder)


def _files(found: Manifest, name: str) -> list[str]:
    if name == "event":
        return list(found.events)
    return [found.tables[name]] if name in found.tables else []

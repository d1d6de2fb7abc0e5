"""Plan and apply migrations of a ledger file.

Rules: planning writes nothing; applying copies the file into `backups/` first; a newer schema, or
one we do not know, is refused with nothing written, because a person must decide.
"""

import shutil
from pathlib import Path

import duckdb
import msgspec

from holdfast.clock import Clock
from holdfast.domain.errors import LedgerError
from holdfast.ledger import schema
from holdfast.ledger.connect import connect
from holdfast.ledger.migrations import FOLDED, LATEST, Step
from holdfast.ledger.paths import FILE_MODE, make_private
from holdfast.ledger.rebuild import rebuild

VIEWS = "views"  # the one step that changes no table
_VERSION = "select coalesce(max(version), 0) from schema_version"


class PlannedStep(msgspec.Struct, frozen=True):
    """One migration a file still needs."""

    version: int
    name: str
    purpose: str


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What was done: the steps, and where the file was copied before."""

    steps: tuple[PlannedStep, ...]
    backup: str | None
    schema: int = LATEST


def plan(path: Path) -> list[PlannedStep]:
    """Say which steps a file needs; raise SchemaRefused where a person must decide."""
    if not path.exists():
        raise LedgerError(
            f"there is no ledger at {path.name}; the desk makes it at its first start"
        )
    connection = connect(path, read_only=True)
    try:
        return _planned(_known(connection))
    finally:
        connection.close()


def apply(path: Path, clock: Clock) -> Applied:
    """Copy the file, apply the steps it needs, and fold the projections again where they changed."""
    steps = plan(path)
    if not steps:
        return Applied(steps=(), backup=None)
    connection = connect(path)
    try:
        connection.execute("checkpoint")  # the copy must hold what is still in the log
        backup = _copy(path, clock.wall())
        schema.bring_up(connection, _known(connection), clock.wall())
        if any(step.name in FOLDED for step in steps):
            rebuild(connection)
        connection.execute("checkpoint")
    finally:
        connection.close()
    return Applied(steps=tuple(steps), backup=backup.name)


def back_up(path: Path, clock: Clock) -> str:
    """Copy a whole file into `backups/`; return the name of the copy."""
    connection = connect(path)
    try:
        connection.execute("checkpoint")  # the copy must hold what is still in the log
    finally:
        connection.close()
    return _copy(path, clock.wall()).name


def version_of(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the schema a ledger has."""
    row = connection.execute(_VERSION).fetchone()
    return int(row[0]) if row else 0


def _known(connection: duckdb.DuckDBPyConnection) -> list[Step]:
    steps = schema.pending(connection)
    if steps and steps[0].version == 1:
        raise schema.SchemaRefused("the file holds no ledger; nothing was written")
    return steps


def _planned(steps: list[Step]) -> list[PlannedStep]:
    return [PlannedStep(step.version, step.name, step.purpose) for step in steps]


def _copy(path: Path, now: int) -> Path:
    folder = make_private(path.parent / "backups")
    backup = folder / f"{path.stem}-{now}{path.suffix}"
    shutil.copyfile(path, backup)
    backup.chmod(FILE_MODE)
    return backup

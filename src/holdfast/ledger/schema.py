"""Bring a connection to the schema of this build, or say why that cannot be done.

A fresh file is made by the same steps as an old one is brought up by, but in one transaction: a
process killed while it makes a ledger leaves none, not a part of one that needs a person.
"""

from collections.abc import Sequence

import duckdb

from holdfast.domain.errors import LedgerError
from holdfast.ledger.migrations import LATEST, STEPS, Step
from holdfast.ledger.transaction import transaction

_VERSION_TABLE = """
create table if not exists schema_version (
    version integer primary key,
    name varchar not null,
    applied_at bigint not null
)
"""
_TABLES = "select table_name from information_schema.tables where table_schema = 'main'"
_APPLIED = "select version, name from schema_version order by version"
_NOTE = "insert into schema_version values ($1, $2, $3)"


class SchemaRefused(LedgerError):
    """The file's schema is not one this build may touch; a person must decide."""


def pending(connection: duckdb.DuckDBPyConnection) -> list[Step]:
    """List the steps a file still needs; raise SchemaRefused for a state we do not know."""
    tables = {name for (name,) in connection.execute(_TABLES).fetchall()}
    if not tables:
        return list(STEPS)
    if "schema_version" not in tables:
        raise SchemaRefused(
            "this file is not a holdfast ledger: it has tables and no schema_version"
        )
    applied = connection.execute(_APPLIED).fetchall()
    known = [(step.version, step.name) for step in STEPS]
    if applied and applied[-1][0] > LATEST:
        raise SchemaRefused(
            f"the ledger has schema {applied[-1][0]}, newer than {LATEST}, the newest this build "
            "knows; use the build that wrote it"
        )
    if applied != known[: len(applied)]:
        raise SchemaRefused(f"the ledger's migrations {applied} are not a start of ours {known}")
    return list(STEPS[len(applied) :])


def make(connection: duckdb.DuckDBPyConnection, now: int) -> None:
    """Give a file without tables all of the schema, whole or not at all."""
    _apply(connection, STEPS, now)


def bring_up(connection: duckdb.DuckDBPyConnection, steps: list[Step], now: int) -> None:
    """Apply steps in order, each whole or not at all."""
    for step in steps:
        _apply(connection, [step], now)


def _apply(connection: duckdb.DuckDBPyConnection, steps: Sequence[Step], now: int) -> None:
    name = "no migration"
    try:
        with transaction(connection):
            connection.execute(_VERSION_TABLE)
            for step in steps:
                name = f"migration {step.version} ({step.name})"
                step.apply(connection)
                connection.execute(_NOTE, [step.version, step.name, now])
    except duckdb.Error as error:
        raise LedgerError(f"{name} failed: {error}") from error

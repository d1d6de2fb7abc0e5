"""Bring a connection to the schema of this build, or say why that cannot be done.

A fresh file is made by the same steps as an old one is brought up by.
"""

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


def bring_up(connection: duckdb.DuckDBPyConnection, steps: list[Step], now: int) -> None:
    """Apply steps in order, each whole or not at all."""
    for step in steps:
        try:
            with transaction(connection):
                connection.execute(_VERSION_TABLE)
                step.apply(connection)
                connection.execute(_NOTE, [step.version, step.name, now])
        except duckdb.Error as error:
            raise LedgerError(f"migration {step.version} ({step.name}) failed: {error}") from error

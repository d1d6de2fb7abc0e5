"""Let people ask a ledger anything, and change nothing.

Rules: exactly one statement, which DuckDB itself says is a SELECT, or an EXPLAIN of one (an
`explain analyze` runs what it explains); it runs in a read-only transaction; a time limit ends it
from outside. The connection must have been shut off from other files (`connect`, `published`).
"""

import re
import threading
from typing import Any

import duckdb
import msgspec

from holdfast.domain.errors import LedgerError

ROWS = 10_000
_EXPLAIN = re.compile(r"\s*explain\s+(analyze\s+)?(\([^()]*\)\s*)?", re.IGNORECASE)


class QueryRefused(LedgerError):
    """A query is not one that may be asked, or took too long."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a query; `more` says that there were more than are shown."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool


def check(sql: str) -> str:
    """Return the one statement in a text; raise QueryRefused where it is not one reading one."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryRefused(f"the query cannot be read: {error}") from error
    if len(statements) != 1:
        raise QueryRefused(f"ask one statement at a time; this holds {len(statements)}")
    statement = statements[0]
    if statement.type == duckdb.StatementType.EXPLAIN:
        explained = _EXPLAIN.match(statement.query)
        inner = statement.query[explained.end() :] if explained else ""
        if not inner or _EXPLAIN.match(inner):
            raise QueryRefused("EXPLAIN must be followed by one SELECT")
        check(inner)
    elif statement.type != duckdb.StatementType.SELECT:
        kind = statement.type.name.lower()
        raise QueryRefused(f"only SELECT and EXPLAIN may be asked; this is {kind}")
    return str(statement.query)


def ask(
    cursor: duckdb.DuckDBPyConnection, sql: str, *, seconds: float = 5.0, rows: int = ROWS
) -> Answer:
    """Run a query on a cursor of its own, for a limited time."""
    statement = check(sql)
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        cursor.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        return _run(cursor, statement, rows)
    except duckdb.Error as error:
        if expired.is_set():
            raise QueryRefused(f"the query took longer than {seconds:g} s and was ended") from error
        raise QueryRefused(f"the query failed: {error}") from error
    finally:
        timer.cancel()


def _run(cursor: duckdb.DuckDBPyConnection, statement: str, rows: int) -> Answer:
    cursor.execute("begin transaction read only")
    try:
        cursor.execute(statement)
        columns = tuple(str(column[0]) for column in cursor.description or ())
        found = cursor.fetchmany(rows + 1)
    finally:
        cursor.execute("rollback")
    return Answer(columns=columns, rows=found[:rows], more=len(found) > rows)

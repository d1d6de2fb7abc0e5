"""Run statements in one transaction, and lend a connection a table of rows to read from."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb
import pyarrow as pa


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit at the end of the block; undo everything where it raises."""
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        with suppress(duckdb.Error):  # a commit that failed has undone itself already
            connection.execute("rollback")
        raise


@contextmanager
def lent(connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> Iterator[None]:
    """Show rows to the connection under the name `incoming`, for the length of a block."""
    connection.register("incoming", rows)
    try:
        yield
    finally:
        with suppress(duckdb.Error):  # in an aborted transaction the name stays until the next rows
            connection.unregister("incoming")

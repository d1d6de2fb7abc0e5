"""Make the views people ask of the ledger; inverse: drop them, nothing is lost."""

from importlib.resources import files

import duckdb


def apply(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the statements of `views.sql`."""
    connection.execute(files("holdfast.ledger").joinpath("views.sql").read_text("utf-8"))

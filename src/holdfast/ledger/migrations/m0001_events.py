"""Make the event list: the truth of the ledger; inverse: none."""

from importlib.resources import files

import duckdb


def apply(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the statements of this step."""
    script = files("holdfast.ledger.migrations").joinpath("m0001_events.sql")
    connection.execute(script.read_text("utf-8"))

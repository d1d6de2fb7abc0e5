"""Make the table of what drills and runbooks found; inverse: drop it, rebuild fills it again."""

from importlib.resources import files

import duckdb


def apply(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the statements of this step."""
    script = files("holdfast.ledger.migrations").joinpath("m0007_evidence.sql")
    connection.execute(script.read_text("utf-8"))

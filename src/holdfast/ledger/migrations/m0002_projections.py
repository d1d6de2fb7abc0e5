"""Make the tables folded from the events; inverse: drop them, rebuild makes them again."""

from importlib.resources import files

import duckdb


def apply(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the statements of this step."""
    script = files("holdfast.ledger.migrations").joinpath("m0002_projections.sql")
    connection.execute(script.read_text("utf-8"))

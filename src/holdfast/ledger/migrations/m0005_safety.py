"""Make the tables of signals, refusals and policies; inverse: drop them, rebuild makes them again."""

from importlib.resources import files

import duckdb


def apply(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the statements of this step."""
    script = files("holdfast.ledger.migrations").joinpath("m0005_safety.sql")
    connection.execute(script.read_text("utf-8"))

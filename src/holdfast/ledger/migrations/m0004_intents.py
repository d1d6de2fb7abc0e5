"""Make the trail of every order's way to the venue; inverse: drop it, rebuild makes it again."""

from importlib.resources import files

import duckdb


def apply(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the statements of this step."""
    script = files("holdfast.ledger.migrations").joinpath("m0004_intents.sql")
    connection.execute(script.read_text("utf-8"))

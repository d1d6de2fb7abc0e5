"""Make the table of alerts; inverse: drop it, rebuild makes it again."""

from importlib.resources import files

import duckdb


def apply(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the statements of this step."""
    script = files("holdfast.ledger.migrations").joinpath("m0006_alerts.sql")
    connection.execute(script.read_text("utf-8"))

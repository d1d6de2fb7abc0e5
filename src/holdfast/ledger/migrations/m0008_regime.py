"""Make the tables of tiers and of watched gates; inverse: drop them, rebuild fills them again."""

from importlib.resources import files

import duckdb


def apply(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the statements of this step."""
    script = files("holdfast.ledger.migrations").joinpath("m0008_regime.sql")
    connection.execute(script.read_text("utf-8"))

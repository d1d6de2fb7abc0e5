"""Empty the tables that the events fold to, so that a start folds them again with those of a new step."""

import duckdb

_KEPT = ("event", "candles", "assets", "schema_version", "watermark")
_TABLES = "select table_name from information_schema.tables where table_type = 'BASE TABLE'"


def fold_again(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the watermark back to the first row; nothing that is not folded is touched."""
    tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
    if "watermark" not in tables:
        return
    for name in tables:
        if name not in _KEPT:
            connection.execute(f'delete from "{name}"')
    connection.execute("update watermark set projected_to = 0")

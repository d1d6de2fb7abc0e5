"""Open published files as views of a DuckDB in memory that can reach nothing else.

A table whose files cannot be read gets no view. Once the views are made the connection may read the
published folder and no other file, and its settings are locked.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb


def connect(folder: Path, files: Mapping[str, Sequence[Path]]) -> duckdb.DuckDBPyConnection:
    """Make one view for each published table."""
    connection = duckdb.connect(config={"memory_limit": "512MB", "threads": "2"})
    connection.execute("set temp_directory = ''")
    connection.execute("set allowed_directories = $1", [[str(folder.resolve())]])
    for name, parts in files.items():
        present = [str(part) for part in parts if part.is_file()]
        if present:
            _view(connection, name, present)
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _view(connection: duckdb.DuckDBPyConnection, name: str, parts: list[str]) -> None:
    try:
        connection.read_parquet(parts, union_by_name=True).create_view(name)
    except duckdb.Error:
        return

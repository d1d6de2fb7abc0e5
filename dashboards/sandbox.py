"""Open published files as views of a DuckDB in memory that can reach nothing else.

After the views are made the connection may read the published folder and no other file, and its
settings are locked. A question from a person must be one SELECT, is cut off after `PATIENCE`
seconds and returns at most `MOST_ROWS` rows.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

PATIENCE = 5.0
MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Reply:
    """The rows a question returned, or the sentence that says why there are none."""

    columns: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    cut: bool = False
    problem: str = ""


def connect(folder: Path, files: Mapping[str, Sequence[Path]]) -> duckdb.DuckDBPyConnection:
    """Make one view for each published table; a table without readable files gets none."""
    connection = duckdb.connect(config={"memory_limit": "512MB", "threads": "2"})
    connection.execute("set temp_directory = ''")
    connection.execute("set allowed_directories = $1", [[str(folder.resolve())]])
    for name, parts in files.items():
        present = [str(part.resolve()) for part in parts if part.is_file()]
        if present:
            _view(connection, name, present)
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def views(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Name the views and their columns."""
    rows = connection.cursor().execute(_VIEWS).fetchall()
    return [(str(name), str(columns)) for name, columns in rows]


def ask(connection: duckdb.DuckDBPyConnection, sql: str) -> Reply:
    """Answer a person's question, or say kindly why not."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        return Reply(problem=_kind(error))
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        return Reply(problem="Only one SELECT at a time: these files are read, never changed.")
    cursor = connection.cursor()
    alarm = threading.Timer(PATIENCE, cursor.interrupt)
    alarm.start()
    try:
        rows = cursor.execute(sql).fetchmany(MOST_ROWS + 1)
        columns = tuple(str(column[0]) for column in cursor.description or ())
    except duckdb.InterruptException:
        return Reply(problem=f"Stopped after {PATIENCE:.0f} seconds. Ask for less.")
    except duckdb.Error as error:
        return Reply(problem=_kind(error))
    finally:
        alarm.cancel()
        cursor.close()
    return Reply(columns=columns, rows=rows[:MOST_ROWS], cut=len(rows) > MOST_ROWS)


_VIEWS = """
select table_name, string_agg(column_name, ', ' order by ordinal_position)
from information_schema.columns
where table_schema = 'main'
group by table_name
order by table_name
"""


def _view(connection: duckdb.DuckDBPyConnection, name: str, parts: list[str]) -> None:
    try:
        connection.read_parquet(parts, union_by_name=True).create_view(name)
    except duckdb.Error:
        return


def _kind(error: Exception) -> str:
    return str(error).strip()

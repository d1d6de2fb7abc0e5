"""Read the newest entries of one type again, as they were written."""

from typing import Any

import duckdb

from holdfast.ledger.codec import decode

_NEWEST = """
select market_time, version, payload from event where type = $1 order by seq desc limit $2
"""


def newest_notes(cursor: duckdb.DuckDBPyConnection, kind: str, count: int) -> list[tuple[int, Any]]:
    """Return the last entries of a type with their market times, newest first."""
    rows = cursor.execute(_NEWEST, [kind, count]).fetchall()
    return [(at, decode(kind, version, payload)) for at, version, payload in rows]

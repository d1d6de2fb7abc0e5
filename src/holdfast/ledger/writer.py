"""Write rows into their tables, many at a time, through Arrow.

Rules: the caller owns the transaction. Arrow refuses an amount that does not fit, so nothing is
rounded here. Every `on conflict` names its target; a row that was added twice is a conflict.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, get_type_hints

import duckdb
import msgspec
import pyarrow as pa

from holdfast.domain.errors import LedgerConflict, LedgerError
from holdfast.ledger.batch import Batch
from holdfast.ledger.kinds import KINDS
from holdfast.ledger.row import Row
from holdfast.ledger.rows import PositionRow
from holdfast.ledger.transaction import lent

MONEY = pa.decimal128(38, 18)
_ARROW = {Decimal: MONEY, int: pa.int64(), str: pa.string(), bool: pa.bool_()}


def write(connection: duckdb.DuckDBPyConnection, batch: Batch) -> int:
    """Write a batch; return the number of rows. Raise LedgerConflict for a row that is there."""
    count = 0
    for kind in KINDS:
        added, changed = batch.added.get(kind), batch.changed.get(kind)
        if added:
            count += _run(connection, insert_sql(kind), kind, added)
        if changed:
            count += _run(connection, change_sql(kind), kind, list(changed.values()))
    return count


def arrow_table(kind: type[Row], rows: Sequence[Row]) -> pa.Table:
    """Turn rows into an Arrow table; raise LedgerError where an amount does not fit."""
    schema = arrow_schema(kind)
    columns = zip(*map(msgspec.structs.astuple, rows), strict=True)
    try:
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)
        ]
    except pa.ArrowInvalid as error:
        raise LedgerError(f"a row of {kind.TABLE} does not fit its columns: {error}") from error
    return pa.Table.from_arrays(arrays, schema=schema)


def warm_up() -> None:
    """Let Arrow load what it loads at its first conversion: a second better spent before a tick."""
    pa.scalar(0)


@cache
def arrow_schema(kind: type[Row]) -> pa.Schema:
    """Say which Arrow types the columns of a table have."""
    hints = get_type_hints(kind)
    return pa.schema([(name, _type(hints[name])) for name in kind.__struct_fields__])


@cache
def insert_sql(kind: type[Row]) -> str:
    """Write the statement that adds rows."""
    return f"insert into {kind.TABLE} by name select * from incoming"


@cache
def change_sql(kind: type[Row]) -> str:
    """Write the statement that changes rows, and only what of them may change."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in kind.CHANGING)
    guard = " where positions.status = 'open'" if kind is PositionRow else ""
    return f"{insert_sql(kind)} on conflict ({kind.KEY}) do update set {sets}{guard}"


def _run(
    connection: duckdb.DuckDBPyConnection, sql: str, kind: type[Row], rows: Sequence[Row]
) -> int:
    try:
        with lent(connection, arrow_table(kind, rows)):
            connection.execute(sql)
    except duckdb.ConstraintException as error:
        raise LedgerConflict(f"table {kind.TABLE} refuses a row: {error}") from error
    return len(rows)


def read(connection: duckdb.DuckDBPyConnection, kind: type[Row], where: str) -> Iterable[Any]:
    """Read rows back; `where` is one of our own constants, never input."""
    names = ", ".join(kind.__struct_fields__)
    found = connection.execute(f"select {names} from {kind.TABLE} where {where}").fetchall()
    return [kind(**dict(zip(kind.__struct_fields__, values, strict=True))) for values in found]


def _type(hint: Any) -> pa.DataType:  # noqa: ANN401 (a type hint is any object)
    for kind, arrow in _ARROW.items():
        if hint in (kind, kind | None):
            return arrow
    raise TypeError(f"no column type for {hint}")

"""Keep the candles a desk traded on; a candle that is there already stays as it is."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from holdfast.domain.errors import LedgerError
from holdfast.domain.market import Candle
from holdfast.ledger.amounts import fits
from holdfast.ledger.transaction import lent
from holdfast.ledger.writer import MONEY

NAMES = ("open", "high", "low", "close", "volume")
SCHEMA = pa.schema([("opened_at", pa.int64()), *((name, MONEY) for name in NAMES)])
_NEWEST = "select opened_at, open, high, low, close, volume from candles order by 1 desc limit ?"
_INSERT = "insert into candles by name select * from incoming on conflict (opened_at) do nothing"


def check_candle(candle: Candle) -> None:
    """Raise LedgerError for a candle that cannot be stored exactly."""
    for name in NAMES:
        if not fits(getattr(candle, name)):
            raise LedgerError(f"candle {candle.at}: {name} does not fit DECIMAL(38,18) exactly")


def newest_candles(connection: duckdb.DuckDBPyConnection, count: int) -> list[Candle]:
    """Return the last candles kept, oldest first."""
    rows = connection.execute(_NEWEST, [count]).fetchall()
    return [Candle(*row) for row in reversed(rows)]


def write_candles(connection: duckdb.DuckDBPyConnection, candles: Sequence[Candle]) -> None:
    """Write candles inside the caller's transaction."""
    if not candles:
        return
    with lent(connection, _table(candles)):
        connection.execute(_INSERT)


def _table(candles: Sequence[Candle]) -> pa.Table:
    columns = [[candle.at for candle in candles]]
    columns += [[getattr(candle, name) for candle in candles] for name in NAMES]
    try:
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)
        ]
    except pa.ArrowInvalid as error:
        raise LedgerError(f"a candle does not fit its columns: {error}") from error
    return pa.Table.from_arrays(arrays, schema=SCHEMA)

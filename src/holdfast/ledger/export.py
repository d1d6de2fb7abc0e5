"""Write a table of the ledger to a file other programs read.

Rules: amounts keep every digit, as text in CSV and JSON and as decimals in Parquet; candles go out in
the columns a replay reads back; a file that exists is never written over, and appears whole.
"""

import csv
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from holdfast.domain.errors import LedgerError
from holdfast.ledger.kinds import KINDS

PORTION = 20_000
CANDLES = "select opened_at as timestamp, open, high, low, close, volume from candles order by 1"
SELECTS: Mapping[str, str] = MappingProxyType(
    {
        "events": "select * from event order by seq",
        "candles": CANDLES,
        "accounts": "select * from accounts order by account, asset",
        "daily": "select * from daily order by day",
        "equity": "select * from equity order by opened_at",
        "slot_totals": "select * from slot_totals order by slot_id",
        "subsidy": "select * from subsidy order by slot_id",
        **{
            kind.TABLE: f"select * from {kind.TABLE} order by {', '.join(kind.__struct_fields__[:2])}"
            for kind in KINDS
        },
    }
)
Writer = Callable[[duckdb.DuckDBPyConnection, str, Path], int]


def export(connection: duckdb.DuckDBPyConnection, what: str, path: Path) -> int:
    """Write one table; return the number of rows."""
    sql, write = plan(what, path)
    part = path.with_name(f".{path.name}.part")
    try:
        rows = write(connection, sql, part)
        part.rename(path)
    except OSError as error:
        raise LedgerError(f"{path.name} cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def plan(what: str, path: Path) -> tuple[str, Writer]:
    """Refuse a name or a target that cannot be, before anything is opened."""
    sql = SELECTS.get(what)
    if sql is None:
        raise LedgerError(f"{what!r} cannot be exported; allowed: {', '.join(sorted(SELECTS))}")
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise LedgerError(f"{path.name} has no known ending; use {', '.join(_WRITERS)}")
    if path.exists():
        raise LedgerError(f"{path.name} exists already; choose another name, or remove it first")
    if not path.parent.is_dir():
        raise LedgerError(f"{path.parent} is no folder; make it first")
    return sql, write


def _csv(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    connection.execute(sql)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_names(connection))
        return _each(connection, lambda row: writer.writerow([_text(value) for value in row]))


def _json(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    connection.execute(sql)
    names = _names(connection)
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        rows = _each(connection, _object_writer(file, names))
        file.write("\n]\n")
    return rows


def _object_writer(file: IO[str], names: list[str]) -> Callable[[tuple[Any, ...]], None]:
    between = iter(("\n",))

    def write(row: tuple[Any, ...]) -> None:
        values = [plain(value) for value in row]
        file.write(next(between, ",\n") + json.dumps(dict(zip(names, values, strict=True))))

    return write


def _parquet(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    reader: pa.RecordBatchReader = connection.sql(sql).to_arrow_reader(PORTION)
    rows = 0
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [str(column[0]) for column in connection.description or ()]


def _each(connection: duckdb.DuckDBPyConnection, write: Callable[[tuple[Any, ...]], object]) -> int:
    count = 0
    while portion := connection.fetchmany(PORTION):
        for row in portion:
            write(row)
        count += len(portion)
    return count


def _text(value: object) -> object:
    shown = plain(value)
    return "" if shown is None else shown


def plain(value: object) -> object:
    """Show a value without losing a digit, and without zeros that say nothing."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


_WRITERS: Mapping[str, Writer] = MappingProxyType(
    {".csv": _csv, ".json": _json, ".parquet": _parquet}
)

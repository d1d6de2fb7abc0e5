"""Read a candle file of any shape into raw columns, without judging what they say.

Rules: the name's ending says the format. Text keeps its digits; a float is read as the shortest
decimal that means it. Columns are found by name, whatever their order; a file without a header or
keys is in the order of ccxt: time, open, high, low, close, volume. Nothing huge is read whole.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

from holdfast.domain.errors import DataError

FIELDS = ("open", "high", "low", "close", "volume")
TIME_NAMES = ("timestamp", "date", "datetime", "time", "open_time", "at", "ts")
MOST_BYTES = 1 << 30
MOST_ROWS = 10_000_000
LONGEST_TEXT = 40
_WIDTH = 1 + len(FIELDS)


class Table(NamedTuple):
    """Raw columns: times and the five values, with the number people know each row by."""

    path: Path
    unit: str
    numbers: Sequence[int]
    times: list[Any]
    values: tuple[list[Any], ...]
    ignored: tuple[str, ...]


def read_table(path: Path) -> Table:
    """Read a candle file; raise DataError where it is none."""
    read = _READERS.get(path.suffix.lower())
    if read is None or "\0" in path.name:
        raise fault(path, f"{cut(path.suffix)} is no candle format", _ALLOWED)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise fault(path, "is no file", "name a candle file")
        if size > MOST_BYTES:
            raise fault(path, f"is {size:,} bytes, more than {MOST_BYTES:,}", "split it by year")
        if not size:
            raise fault(path, "is empty", "name a file with candles")
        table = read(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise fault(path, f"cannot be read: {cut(reason)}", "check its name and rights") from error
    if not table.times:
        raise fault(path, "holds no candle", "name a file with candles")
    return table


def fault(path: Path, problem: str, remedy: str, *, place: str = "") -> DataError:
    """Build the one error of this room: file, row, what is wrong, what to do."""
    head = ": ".join(part for part in (cut(path.name, 120), place) if part)
    return DataError(f"{head}: {problem}; do: {remedy}")


def cut(value: object, longest: int = LONGEST_TEXT) -> str:
    """Show a foreign value on one line, escaped and shortened."""
    text = value if isinstance(value, str) else str(value)
    text = text if len(text) <= longest else f"{text[:longest]}…"
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _csv(path: Path) -> Table:
    raw = path.read_bytes()
    if b"\0" in raw:
        raise _not_text(path, raw[: raw.index(b"\0")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text(path, raw[: error.start]) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
                numbers.append(reader.line_num)
    except csv.Error as error:
        place = f"line {reader.line_num}"
        raise fault(path, f"is no CSV: {error}", "mend the line", place=place) from error
    return _from_text(path, rows, numbers)


def _not_text(path: Path, before: bytes) -> DataError:
    line = before.count(b"\n") + 1
    return fault(path, "is not text", "name a CSV file in UTF-8", place=f"line {line}")


def _from_text(path: Path, rows: list[list[str]], numbers: list[int]) -> Table:
    header = [name.strip().lower() for name in rows[0]] if rows else []
    if header and _is_number(header[0]):
        header = ["timestamp", *FIELDS]
    else:
        rows, numbers = rows[1:], numbers[1:]
    places, ignored = _columns(path, header)
    for row, number in zip(rows, numbers, strict=True):
        if len(row) != len(header):
            problem = f"has {len(row)} fields where the header has {len(header)}"
            raise fault(path, problem, "mend the line", place=f"line {number}")
    columns = [[row[place] for row in rows] for place in places]
    return Table(path, "line", numbers, columns[0], tuple(columns[1:]), ignored)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _columns(path: Path, names: Sequence[str]) -> tuple[list[int], tuple[str, ...]]:
    lower = [name.strip().lower() for name in names]
    times = [name for name in TIME_NAMES if name in lower]
    missing = [name for name in FIELDS if name not in lower]
    if missing or not times:
        wanted = ", ".join([*([] if times else ["timestamp (or date)"]), *missing])
        seen = cut(", ".join(names), 120) or "none"
        raise fault(path, f"has no column {wanted}; it has {seen}", "rename the columns")
    chosen = (times[0], *FIELDS)
    twice = [name for name in chosen if lower.count(name) > 1]
    if twice:
        raise fault(path, f"has the column {twice[0]} twice", "leave one of them out")
    ignored = tuple([cut(name) for name in names if name.strip().lower() not in chosen])
    return [lower.index(name) for name in chosen], ignored


def _json(path: Path) -> Table:
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)
    try:
        rows = decoder.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise fault(path, f"is no JSON: {cut(error, 120)}", "mend the file") from error
    if not isinstance(rows, list):
        raise fault(
            path, "is no list of candles", "write [[time, open, high, low, close, volume], …]"
        )
    if rows and isinstance(rows[0], dict):
        return _from_objects(path, rows)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != _WIDTH:
            problem = "is no candle of six numbers"
            raise fault(
                path, problem, "write [time, open, high, low, close, volume]", place=f"row {number}"
            )
    columns = [[row[place] for row in rows] for place in range(_WIDTH)]
    return Table(path, "row", range(1, len(rows) + 1), columns[0], tuple(columns[1:]), ())


def _from_objects(path: Path, rows: list[Any]) -> Table:
    names = list(rows[0])
    places, ignored = _columns(path, names)
    chosen = [names[place] for place in places]
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or any(name not in row for name in chosen):
            problem = f"lacks one of {', '.join(chosen)}"
            raise fault(path, problem, "give each candle the same keys", place=f"row {number}")
    columns = [[row[name] for row in rows] for name in chosen]
    return Table(path, "row", range(1, len(rows) + 1), columns[0], tuple(columns[1:]), ignored)


def _parquet(path: Path) -> Table:
    try:
        file = pa.parquet.ParquetFile(path)
        _check_rows(path, file.metadata.num_rows)
        places, ignored = _columns(path, file.schema_arrow.names)
        chosen = [file.schema_arrow.names[place] for place in places]
        table = file.read(columns=chosen)
    except pa.ArrowException as error:
        raise fault(path, f"is no Parquet: {cut(error, 120)}", "write it again") from error
    return _from_arrow(path, table.select(chosen), ignored)


def _feather(path: Path) -> Table:
    try:
        table = pa.feather.read_table(path, memory_map=True)
    except pa.ArrowException as error:
        raise fault(path, f"is no Feather file: {cut(error, 120)}", "write it again") from error
    _check_rows(path, table.num_rows)
    places, ignored = _columns(path, table.column_names)
    return _from_arrow(path, table.select(places), ignored)


def _check_rows(path: Path, rows: int) -> None:
    if rows > MOST_ROWS:
        raise fault(path, f"has {rows:,} rows, more than {MOST_ROWS:,}", "split it by year")


def _from_arrow(path: Path, table: Any, ignored: tuple[str, ...]) -> Table:  # noqa: ANN401 (untyped)
    times = table.column(0)
    if pa.types.is_timestamp(times.type) or pa.types.is_date(times.type):
        # Arrow keeps instants as UTC whatever the zone; a time without one is taken as UTC.
        zone = getattr(times.type, "tz", None) and "UTC"
        times = times.cast(pa.timestamp("us", zone), safe=False)
    columns = [table.column(place).to_pylist() for place in range(1, _WIDTH)]
    numbers = range(1, table.num_rows + 1)
    return Table(path, "row", numbers, times.to_pylist(), tuple(columns), ignored)


_READERS: Mapping[str, Callable[[Path], Table]] = MappingProxyType(
    {
        ".csv": _csv,
        ".json": _json,
        ".parquet": _parquet,
        ".feather": _feather,
    }
)
_ALLOWED = f"use one of {', '.join(_READERS)}"

"""Write candles to a file that `files` reads back to the same values.

Rules: the name's ending says the format; prices keep every digit; the file appears whole or not at
all, and one that exists is never written over.
"""

import csv
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

from holdfast.domain.errors import DataError
from holdfast.venue.candles import Candles
from holdfast.venue.reading import FIELDS, cut, fault

_DIGITS = 38


def write_candles(path: Path, candles: Candles) -> None:
    """Write a new candle file."""
    write = check_target(path)
    fresh = path.with_name(f".{path.name}.new")
    try:
        write(fresh, candles)
        fresh.rename(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise fault(path, f"cannot be written: {cut(reason)}", "check folder and rights") from error


def check_target(path: Path) -> Callable[[Path, Candles], None]:
    """Refuse a target that cannot be written, before any work is done."""
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise fault(path, f"{cut(path.suffix)} cannot be written", f"use {', '.join(_WRITERS)}")
    try:
        taken, housed = path.exists(), path.parent.is_dir()
    except OSError as error:
        raise fault(path, "is no usable name", "choose another") from error
    if taken:
        raise fault(path, "exists already", "choose another name, or remove it first")
    if not housed:
        raise DataError(f"{cut(path.parent, 120)}: is no folder; do: make it first")
    return write


def _csv(path: Path, candles: Candles) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("timestamp", *FIELDS))
        for at, *values in zip(candles.at, *_values(candles), strict=True):
            writer.writerow((at, *[f"{value:f}" for value in values]))


def _values(candles: Candles) -> tuple[list[Decimal], ...]:
    return candles.open, candles.high, candles.low, candles.close, candles.volume


def _table(candles: Candles) -> pa.Table:
    times = pa.array(candles.at, pa.timestamp("us", "UTC"))
    columns = [pa.array(column, _exact_type(column)) for column in _values(candles)]
    return pa.table([times, *columns], names=["timestamp", *FIELDS])


def _exact_type(column: list[Decimal]) -> pa.DataType:
    places = [value.as_tuple().exponent for value in set(column)]
    return pa.decimal128(_DIGITS, max(0, *(-place for place in places if isinstance(place, int))))


def _parquet(path: Path, candles: Candles) -> None:
    pa.parquet.write_table(_table(candles), path)


def _feather(path: Path, candles: Candles) -> None:
    pa.feather.write_feather(_table(candles), path)


_WRITERS: Mapping[str, Callable[[Path, Candles], None]] = MappingProxyType(
    {".csv": _csv, ".parquet": _parquet, ".feather": _feather}
)

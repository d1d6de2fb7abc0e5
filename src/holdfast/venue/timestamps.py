"""Read the times of a candle file as microseconds UTC.

Rules: a number is seconds, milliseconds or microseconds by its size, and the whole file is in one of
them. A date and time without a zone is taken as UTC, and the report says so.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

UNITS = (("s", 10**11, 1_000_000), ("ms", 10**14, 1_000), ("µs", 10**17, 1))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Reading = tuple[int, str]  # µs, and how the time was written


def read_time(value: object) -> Reading | None:
    """Read one time; None where it is none."""
    if isinstance(value, str):
        return _text(value.strip())
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return _number(Decimal(repr(value)) if isinstance(value, float) else Decimal(value))


def written(at: int) -> str:
    """Write a time for people, in UTC."""
    try:
        return (_EPOCH + at * _MICROSECOND).strftime("%Y-%m-%d %H:%M:%S")
    except OverflowError:
        return f"{at} µs"


def _text(text: str) -> Reading | None:
    try:
        return _number(Decimal(text))
    except InvalidOperation:
        pass
    try:
        return _instant(datetime.fromisoformat(text))
    except ValueError:
        return None


def _number(number: Decimal) -> Reading | None:
    if not number.is_finite() or number < 0:
        return None
    for name, limit, factor in UNITS:
        if number < limit:
            at = number * factor
            return (int(at), name) if at == int(at) else None
    return None


def _instant(moment: datetime) -> Reading:
    if moment.tzinfo is None:
        return (moment.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND, "date and time without a zone"
    return (moment - _EPOCH) // _MICROSECOND, "date and time"


def same_way(readings: list[Any]) -> str:
    """Say how the first readable time of a file is written; the others must follow it."""
    return next((reading[1] for reading in readings if reading is not None), "")

"""Choose the stretch of candles that is driven: dates and times, in UTC."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta

from holdfast.domain.errors import DataError
from holdfast.venue.candles import Candles, length_of
from holdfast.venue.timestamps import written

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def between(candles: Candles, start: int | None, end: int | None) -> Candles:
    """Cut a stretch out: its start is included, its end is not; refuse one without a candle."""
    at = candles.at
    low = 0 if start is None else bisect_left(at, start)
    high = len(at) if end is None else bisect_left(at, end)
    if low >= high:
        first, last = written(at[0]), written(at[-1] + length_of(candles.seconds))
        raise DataError(
            f"--from and --to leave no candle; allowed: times from {first} to {last} UTC; "
            "do: name a stretch inside it"
        )
    prices = (
        *(candles.open[low:high], candles.high[low:high]),
        *(candles.low[low:high], candles.close[low:high]),
    )
    return Candles(candles.seconds, at[low:high], prices, candles.volume[low:high])


def moment(option: str, text: str) -> int | None:
    """Read what an option says as a market time; a text without a zone is UTC."""
    if not text:
        return None
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        raise DataError(
            f"{option} {text[:40]!r} is no date or time; allowed: ISO 8601 like 2023-04-03 or "
            "2023-04-03T12:00; do: correct it"
        ) from None
    known = named.replace(tzinfo=UTC) if named.tzinfo is None else named
    return (known - _EPOCH) // timedelta(microseconds=1)

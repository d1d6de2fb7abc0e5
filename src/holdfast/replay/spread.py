"""Describe many durations in a few figures: quantiles, and how many fall into which range."""

from collections.abc import Sequence

import msgspec

from holdfast.domain.market import DAY, HOUR, MINUTE, SECOND

RANGES = (
    ("under 1 min", MINUTE),
    ("1 to 5 min", 5 * MINUTE),
    ("5 to 15 min", 15 * MINUTE),
    ("15 to 60 min", HOUR),
    ("1 to 4 h", 4 * HOUR),
    ("4 to 24 h", DAY),
    ("1 to 3 days", 3 * DAY),
    ("3 to 7 days", 7 * DAY),
    ("7 days and more", None),
)


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Durations in seconds: nearest-rank quantiles, the mean, and counts by range."""

    count: int
    shortest: float | None = None
    p10: float | None = None
    median: float | None = None
    p90: float | None = None
    longest: float | None = None
    mean: float | None = None
    ranges: dict[str, int] = {}


def spread_of(durations: Sequence[int]) -> Spread:
    """Describe durations given in microseconds."""
    counts = dict.fromkeys([name for name, _ in RANGES], 0)
    if not durations:
        return Spread(count=0, ranges=counts)
    ordered = sorted(durations)
    for one in ordered:
        counts[next(name for name, end in RANGES if end is None or one < end)] += 1
    return Spread(
        count=len(ordered),
        shortest=ordered[0] / SECOND,
        p10=_ranked(ordered, 10),
        median=_ranked(ordered, 50),
        p90=_ranked(ordered, 90),
        longest=ordered[-1] / SECOND,
        mean=sum(ordered) / len(ordered) / SECOND,
        ranges=counts,
    )


def _ranked(ordered: Sequence[int], percent: int) -> float:
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] / SECOND

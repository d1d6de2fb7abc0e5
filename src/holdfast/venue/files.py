"""Judge the candles of a file, and turn them into columns a feed can walk.

Rules: nothing is mended in silence. A row that is out of order, double, overlapping, unreadable, not
finite, not positive or at odds with itself refuses the file, unless it is to be repaired: then such
rows are sorted or left out, and the report counts them. A gap stays a gap and is reported. The
length of a candle is the most common spacing.
"""

from collections import Counter
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from holdfast.domain.errors import DataError
from holdfast.domain.market import SECOND
from holdfast.venue.candles import Candles, interned
from holdfast.venue.reading import FIELDS, Table, cut, fault, read_table
from holdfast.venue.timestamps import read_time, same_way, written

LARGEST_DIGITS = 18
GAPS_SHOWN = 5
_REMEDY = "mend the row, or repair the file (--repair leaves such rows out and counts them)"

Fault = tuple[str, str]  # kind, what is wrong


class Gap(msgspec.Struct, frozen=True):
    """A hole between two candles: their times, and how many candles would fit between."""

    after: int
    before: int
    missing: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a candle file, and what was done about it."""

    file: str
    rows: int
    candles: int
    first: int
    last: int
    seconds: int
    times: str
    gaps: tuple[Gap, ...] = ()
    repaired: dict[str, int] = {}
    ignored_columns: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Say it for people, a fact a line."""
        missing = sum(gap.missing for gap in self.gaps)
        lines = [
            f"{self.file}: {self.candles:,} candles of {self.seconds} s from {self.rows:,} rows",
            f"from {written(self.first)} to {written(self.last)} UTC",
            f"times read as {self.times}, taken as UTC",
            f"gaps: {len(self.gaps)}, {missing:,} candles missing; none is invented",
        ]
        widest = sorted(self.gaps, key=lambda gap: gap.after - gap.before)[:GAPS_SHOWN]
        lines += [
            f"  {written(gap.after)} to {written(gap.before)}, {gap.missing:,} missing"
            for gap in widest
        ]
        lines += [f"repaired: {count:,} {kind}" for kind, count in sorted(self.repaired.items())]
        if self.ignored_columns:
            lines.append(f"columns not used: {', '.join(self.ignored_columns)}")
        return lines


class Loaded(NamedTuple):
    """Candles, and the report on the file they came from."""

    candles: Candles
    report: Report


class _Row(NamedTuple):
    at: int
    values: tuple[Decimal, ...]
    place: int


def load_candles(
    path: Path, *, tick: Decimal | None = None, step: Decimal | None = None, repair: bool = False
) -> Loaded:
    """Read and check a candle file; snap it to a market's tick and step where they are given."""
    table = read_table(path)
    rows, repaired = _readable(table, tick, repair=repair)
    rows, moved = _ordered(table, rows, repair=repair)
    spacing = _spacing(table, rows)
    rows, overlapping = _apart(table, rows, spacing, repair=repair)
    candles = _columns(rows, spacing // SECOND, tick, step)
    report = Report(
        file=cut(path.name, 120),
        rows=len(table.times),
        candles=len(rows),
        first=candles.at[0],
        last=candles.at[-1],
        seconds=candles.seconds,
        times=same_way([read_time(table.times[row.place]) for row in rows[:1]]),
        gaps=_gaps(candles.at, spacing),
        repaired=dict(repaired + moved + overlapping),
        ignored_columns=table.ignored,
    )
    return Loaded(candles, report)


def _readable(
    table: Table, tick: Decimal | None, *, repair: bool
) -> tuple[list[_Row], Counter[str]]:
    rows: list[_Row] = []
    faults: Counter[str] = Counter()
    known: dict[Any, Decimal | None] = {}
    readings = [read_time(value) for value in table.times]
    way = same_way(readings)
    for place, (reading, *raw) in enumerate(zip(readings, *table.values, strict=True)):
        if reading is None or reading[1] != way:
            found: Fault = _time_fault(table.times[place], way)
        else:
            values = [_number(value, known) for value in raw]
            wrong = _value_fault(raw, values, tick)
            if wrong is None:
                exact = tuple([value for value in values if value is not None])
                rows.append(_Row(reading[0], exact, place))
                continue
            found = wrong
        if not repair:
            raise _at(table, place, found[1])
        faults[found[0]] += 1
    return rows, faults


def _time_fault(value: object, way: str) -> Fault:
    allowed = "seconds, milliseconds, microseconds, or an ISO date and time"
    if read_time(value) is None:
        return "rows without a time", f"the time {cut(repr(value))} is none; allowed: {allowed}"
    return "rows with another unit of time", (
        f"the time {cut(repr(value))} is not written as {way} like the first row"
    )


def _number(value: Any, known: dict[Any, Decimal | None]) -> Decimal | None:  # noqa: ANN401 (a cell)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    if value in known:
        return known[value]
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None
    known[value] = number
    return number


def _value_fault(
    raw: list[Any], values: list[Decimal | None], tick: Decimal | None
) -> Fault | None:
    for name, cell, value in zip(FIELDS, raw, values, strict=True):
        if value is None:
            return "rows with a value that is no number", f"{name} {cut(repr(cell))} is no number"
        if not value.is_finite():
            return "rows with a value that is not finite", f"{name} is {value}, which is not finite"
        if value and abs(value.adjusted()) > LARGEST_DIGITS:
            return "rows with a value out of range", f"{name} {cut(value)} is out of range"
    exact = [value for value in values if value is not None]
    return _price_fault(exact, tick)


def _price_fault(values: list[Decimal], tick: Decimal | None) -> Fault | None:
    opened, high, low, close, volume = values
    if low <= 0 or opened <= 0 or high <= 0 or close <= 0:
        name = next(name for name, value in zip(FIELDS, values, strict=True) if value <= 0)
        return "rows with a price of zero or less", f"{name} is zero or less"
    if volume < 0:
        return "rows with a negative volume", f"volume {cut(volume)} is negative"
    if high < max(opened, close, low):
        return "rows at odds with themselves", f"high {high} is below open, low or close"
    if low > min(opened, close):
        return "rows at odds with themselves", f"low {low} is above open or close"
    if tick is not None and low * 2 <= tick:
        return "rows below the price tick", f"low {low} is nothing at a price tick of {tick}"
    return None


def _ordered(table: Table, rows: list[_Row], *, repair: bool) -> tuple[list[_Row], Counter[str]]:
    faults: Counter[str] = Counter()
    seen: dict[int, int] = {}
    kept: list[_Row] = []
    latest = -1
    for row in rows:
        if row.at in seen:
            twin = table.numbers[seen[row.at]]
            problem = f"{written(row.at)} stands in {table.unit} {twin} already (a duplicate)"
            _refuse(table, row.place, problem, repair=repair)
            faults["duplicate rows left out"] += 1
            continue
        if row.at < latest:
            problem = f"{written(row.at)} is earlier than a row before it (out of order)"
            _refuse(table, row.place, problem, repair=repair)
            faults["rows put in order"] += 1
        latest = max(latest, row.at)
        seen[row.at] = row.place
        kept.append(row)
    return sorted(kept), faults


def _spacing(table: Table, rows: list[_Row]) -> int:
    counts = Counter(after.at - before.at for before, after in pairwise(rows))
    if not counts:
        problem = f"has {len(rows)} usable candle(s), too few to tell how long one is"
        raise fault(table.path, problem, "give at least two candles")
    most = max(counts.values())
    spacing = min(length for length, count in counts.items() if count == most)
    if spacing % SECOND:
        problem = f"has candles of {spacing} µs"
        raise fault(table.path, problem, "give candles of whole seconds")
    return spacing


def _apart(
    table: Table, rows: list[_Row], spacing: int, *, repair: bool
) -> tuple[list[_Row], Counter[str]]:
    faults: Counter[str] = Counter()
    kept = rows[:1]
    for row in rows[1:]:
        if row.at - kept[-1].at < spacing:
            problem = f"{written(row.at)} overlaps the candle of {spacing // SECOND} s before it"
            _refuse(table, row.place, problem, repair=repair)
            faults["overlapping rows left out"] += 1
            continue
        kept.append(row)
    return kept, faults


def _columns(rows: list[_Row], seconds: int, tick: Decimal | None, step: Decimal | None) -> Candles:
    columns = [
        interned([row.values[place] for row in rows], step if place == len(FIELDS) - 1 else tick)
        for place in range(len(FIELDS))
    ]
    prices = (columns[0], columns[1], columns[2], columns[3])
    return Candles(seconds, [row.at for row in rows], prices, columns[4])


def _gaps(at: list[int], spacing: int) -> tuple[Gap, ...]:
    return tuple(
        [
            Gap(before, after, (after - before) // spacing - 1)
            for before, after in pairwise(at)
            if after - before > spacing
        ]
    )


def _refuse(table: Table, place: int, problem: str, *, repair: bool) -> None:
    if not repair:
        raise _at(table, place, problem)


def _at(table: Table, place: int, problem: str) -> DataError:
    return fault(table.path, problem, _REMEDY, place=f"{table.unit} {table.numbers[place]}")

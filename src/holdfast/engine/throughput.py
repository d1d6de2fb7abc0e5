"""Say how much larger or smaller an entry may be, by how quickly cycles of its kind close (core 5.2).

Rules: cycles count the less the older they are, open exits count half once they are older than half
the usual time; a bucket with too few cycles says nothing. Durations are seconds, sizes base.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from functools import lru_cache
from itertools import accumulate, islice
from types import MappingProxyType

import msgspec

from holdfast.domain.market import Regime
from holdfast.domain.money import ZERO
from holdfast.domain.slots import LegName

ONE, HALF, TENTH = Decimal(1), Decimal("0.5"), Decimal("0.1")
PARTS = (Decimal("0.5"), Decimal("0.75"), Decimal("0.95"))
OLD_PART = Decimal("0.9")
Bucket = tuple[Regime, LegName]
BUCKETS: tuple[Bucket, ...] = tuple((regime, leg) for regime in Regime for leg in LegName)
_PRECISION = 28  # as fine as a weight needs to be


class Throughput(msgspec.Struct, frozen=True, kw_only=True):
    """The knobs of the sizer, named as core names them."""

    enabled: bool = False
    lookback: int = 500
    min_samples: int = 20
    min_samples_per_bucket: int = 10
    full_confidence: int = 50
    halflife: int = 100
    censored_weight: Decimal = HALF
    floor: Decimal = HALF
    ceiling: Decimal = Decimal(2)
    age_trigger: Decimal = Decimal("1.5")
    age_sensitivity: Decimal = HALF
    age_floor: Decimal = Decimal("0.3")
    util_threshold: Decimal = Decimal("0.7")
    util_sensitivity: Decimal = Decimal("0.8")
    util_floor: Decimal = Decimal("0.4")


class Closed(msgspec.Struct, frozen=True):
    """A cycle that closed."""

    opened_at: int
    closed_at: int
    seconds: Decimal
    net: Decimal
    leg: LegName
    regime: Regime | None


class Waits(msgspec.Struct, frozen=True):
    """An exit that is open."""

    seconds: Decimal
    size: Decimal
    leg: LegName
    regime: Regime | None


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How quickly cycles of one kind close, and what follows for the size of their entries."""

    multiplier: Decimal = ONE
    enough: bool = False
    completed: int = 0
    censored: int = 0
    needed: int = 0
    median: Decimal = ZERO
    p75: Decimal = ZERO
    p95: Decimal = ZERO
    net_per_second: Decimal = ZERO


class Paces(msgspec.Struct, frozen=True, kw_only=True):
    """All kinds together and each bucket, from one look at the newest cycles."""

    cycles: int
    total: Pace
    buckets: Mapping[Bucket, Pace]


NO_PACES = Paces(cycles=0, total=Pace(), buckets=MappingProxyType(dict.fromkeys(BUCKETS, Pace())))


class Pressure(msgspec.Struct, frozen=True, kw_only=True):
    """What old exits and locked capital leave of a size."""

    age: Decimal = ONE
    util: Decimal = ONE
    reference: Decimal = ZERO
    oldest: Decimal = ZERO
    locked: Decimal = ZERO


class Advised(msgspec.Struct, frozen=True, kw_only=True):
    """The multiple of one entry's size, and what it is made of."""

    multiple: Decimal
    reason: str
    bucket: Bucket | None = None
    of_bucket: Decimal = ONE


def paces_of(knobs: Throughput, closed: Sequence[Closed], waits: Sequence[Waits]) -> Paces:
    """Look at the newest cycles, newest first, and at the open exits."""
    newest = sorted(closed, key=lambda one: one.closed_at, reverse=True)[: knobs.lookback]
    newest = [one for one in newest if one.seconds > ZERO]
    total = _pace(knobs, newest, waits, knobs.min_samples)
    if not total.enough:
        total = Pace(completed=total.completed, needed=knobs.min_samples)
    buckets = {
        (regime, leg): _bucket(
            knobs,
            [one for one in newest if one.regime is regime and one.leg is leg],
            [one for one in waits if one.regime is regime and one.leg is leg],
            total,
        )
        for regime, leg in BUCKETS
    }
    return Paces(cycles=len(newest), total=total, buckets=MappingProxyType(buckets))


def pressure_of(
    knobs: Throughput, paces: Paces, waits: Sequence[Waits], free_base: Decimal
) -> Pressure:
    """Say what old exits and locked capital leave of a size."""
    ages = sorted(one.seconds for one in waits)
    reference = ages[min(int(OLD_PART * len(ages)), len(ages) - 1)] if ages else ZERO
    inside = sum((one.size for one in waits), ZERO)
    whole = inside + max(ZERO, free_base)
    locked = inside / whole if whole > ZERO else ZERO
    return Pressure(
        age=_age_pressure(knobs, paces.total, reference),
        util=_util_penalty(knobs, locked),
        reference=reference,
        oldest=ages[-1] if ages else ZERO,
        locked=locked,
    )


def advised_multiple(
    knobs: Throughput, paces: Paces, pressure: Pressure, regime: Regime, leg: LegName
) -> Advised:
    """Say by what an entry of a leg is multiplied while a regime lasts."""
    if not knobs.enabled:
        return Advised(multiple=ONE, reason="tp_disabled")
    if not paces.total.enough:
        return Advised(multiple=ONE, reason="tp_insufficient_data")
    pace = paces.buckets[regime, leg]
    own = pace.multiplier if pace.enough else ONE
    multiple = _held(knobs, own * pressure.age * pressure.util)
    if pace.enough:
        return Advised(multiple=multiple, reason="tp_bucket", bucket=(regime, leg), of_bucket=own)
    return Advised(multiple=multiple, reason="tp_no_bucket")


@lru_cache(maxsize=64)
def weights(halflife: int, count: int) -> tuple[Decimal, ...]:
    """Say how much each cycle counts, newest first; a half-life of 0 lets all count the same.

    >>> [str(one.quantize(Decimal("0.01"))) for one in weights(1, 3)]
    ['1.00', '0.50', '0.25']
    """
    if halflife <= 0:
        return (ONE,) * count
    with localcontext() as context:
        context.prec = _PRECISION
        step = HALF ** (ONE / halflife)
        return tuple(islice(accumulate((step,) * count, Decimal.__mul__, initial=ONE), count))


def _bucket(
    knobs: Throughput, closed: Sequence[Closed], waits: Sequence[Waits], total: Pace
) -> Pace:
    pace = _pace(knobs, closed, waits, knobs.min_samples_per_bucket)
    if not pace.enough:
        return Pace(completed=pace.completed, needed=pace.needed)
    if not total.enough or pace.median <= ZERO:
        return pace
    plain = _held(knobs, total.median / pace.median)
    trust = min(ONE, Decimal(pace.completed) / knobs.full_confidence)
    return msgspec.structs.replace(pace, multiplier=_held(knobs, ONE + trust * (plain - ONE)))


def _pace(knobs: Throughput, closed: Sequence[Closed], waits: Sequence[Waits], needed: int) -> Pace:
    count = len(closed)
    if count < needed or not count:
        return Pace(completed=count, needed=needed)
    heavy = weights(knobs.halflife, count)
    weighed = sorted(zip((one.seconds for one in closed), heavy, strict=True))
    usual = _percentiles(weighed, PARTS[:1])[0]
    late = [one.seconds for one in waits if one.seconds > usual * HALF]
    counted = (
        sorted([*weighed, *((one, knobs.censored_weight) for one in late)]) if late else weighed
    )
    median, p75, p95 = _percentiles(counted, PARTS)
    time = sum((seconds * weight for seconds, weight in weighed), ZERO)
    net = sum((one.net * weight for one, weight in zip(closed, heavy, strict=True)), ZERO)
    return Pace(
        enough=True,
        completed=count,
        censored=len(late),
        needed=needed,
        median=median,
        p75=p75,
        p95=p95,
        net_per_second=net / time,
    )


def _percentiles(
    ordered: Sequence[tuple[Decimal, Decimal]], parts: Sequence[Decimal]
) -> tuple[Decimal, ...]:
    sums = list(accumulate(weight for _, weight in ordered))
    last = len(ordered) - 1
    return tuple(ordered[min(bisect_left(sums, part * sums[-1]), last)][0] for part in parts)


def _age_pressure(knobs: Throughput, total: Pace, reference: Decimal) -> Decimal:
    limit = total.p75 * knobs.age_trigger
    if limit <= ZERO or reference <= limit:
        return ONE
    return max(knobs.age_floor, ONE - (reference - limit) / limit * knobs.age_sensitivity)


def _util_penalty(knobs: Throughput, locked: Decimal) -> Decimal:
    if locked <= knobs.util_threshold:
        return ONE
    over = (locked - knobs.util_threshold) / (ONE - knobs.util_threshold)
    return max(knobs.util_floor, ONE - over * knobs.util_sensitivity)


def _held(knobs: Throughput, multiple: Decimal) -> Decimal:
    return min(max(multiple, knobs.floor), knobs.ceiling)

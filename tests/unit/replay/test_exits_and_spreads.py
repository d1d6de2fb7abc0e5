"""Waiting exits are sorted by age and valued by their side; durations become ranks and ranges."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.market import DAY, HOUR, MINUTE, SECOND
from holdfast.domain.slots import Leg, LegName, Lot, Recovery, Slot
from holdfast.replay.exits import by_age, unrealized, waiting
from holdfast.replay.spread import RANGES, spread_of


def _lot(opened_at, price="0.10", exit_price="0.11", closed="0"):
    return Lot(
        cycle=1,
        price=Decimal(price),
        size=Decimal(100),
        cost=Decimal(price) * 100,
        fee=Decimal("0.01"),
        opened_at=opened_at,
        exit_price=Decimal(exit_price),
        closed=Decimal(closed),
    )


def _slot(a=None, b=None, aside=None):
    recoveries = ()
    if aside is not None:
        recoveries = (
            Recovery(
                recovery_id=1, leg=LegName.B, order=None, lot=aside, orphaned_at=0, reason="test"
            ),
        )
    legs = {"a": Leg(name=LegName.A, lot=a), "b": Leg(name=LegName.B, lot=b)}
    return Slot(slot_id=3, sticky=True, created_at=0, recoveries=recoveries, **legs)


def test_every_owed_exit_is_listed_oldest_first_with_those_set_aside():
    slot = _slot(a=_lot(5 * DAY), b=_lot(9 * DAY, closed="40"), aside=_lot(0))
    found = waiting([slot], 10 * DAY, Decimal("0.10"))
    told = [(one.leg, one.side, one.recovery, one.age_seconds // 86_400) for one in found]
    assert told == [("B", "sell", True, 10), ("A", "buy", False, 5), ("B", "sell", False, 1)]
    assert found[2].size == 60
    assert found[2].distance_pct == 10


def test_a_bought_lot_gains_when_the_mark_rises_and_a_sold_one_loses():
    lot = _lot(0, closed="50")
    assert unrealized(LegName.B, lot, Decimal("0.12")) == Decimal("1.00")
    assert unrealized(LegName.A, lot, Decimal("0.12")) == Decimal("-1.00")


def test_ages_have_a_row_each_and_a_bound_belongs_to_the_older_row():
    slots = [_slot(a=_lot(DAY - HOUR), b=_lot(DAY - HOUR + 1))]
    rows = {row.age: row for row in by_age(waiting(slots, DAY, Decimal("0.10")))}
    assert [row.exits for row in rows.values()] == [1, 1, 0, 0, 0, 0]
    assert rows["under 1 h"].entry_cost == 10
    assert rows["7 days and more"].mean_distance_pct == 0


def test_durations_are_ranked_and_put_into_ranges():
    spread = spread_of([MINUTE, 2 * MINUTE, 3 * MINUTE, 30 * SECOND, 8 * DAY])
    assert (spread.count, spread.shortest, spread.median) == (5, 30, 120)
    assert (spread.p10, spread.p90, spread.longest) == (30, 691_200, 691_200)
    assert spread.ranges["under 1 min"] == 1
    assert spread.ranges["1 to 5 min"] == 3
    assert spread.ranges["7 days and more"] == 1


def test_no_duration_has_no_quantile():
    spread = spread_of([])
    assert (spread.count, spread.median, spread.mean) == (0, None, None)
    assert set(spread.ranges.values()) == {0}


@given(st.lists(st.integers(0, 20 * DAY), min_size=1, max_size=60))
def test_every_duration_is_counted_once_and_ranks_never_fall(durations):
    spread = spread_of(durations)
    assert sum(spread.ranges.values()) == spread.count == len(durations)
    assert len(spread.ranges) == len(RANGES)
    ranks = [spread.shortest, spread.p10, spread.median, spread.p90, spread.longest]
    assert ranks == sorted(ranks)

"""Vintage, capital that waits, and drift, by the figures the plans name."""

from decimal import Decimal

import pytest

from holdfast.domain.market import DAY, SECOND
from holdfast.domain.slots import LegName, Lot
from holdfast.engine.drift import Holdings, drift_of
from holdfast.engine.stuck import opportunity_cost, share_pct, spread, unrealized, vintage_of

NOW = 1_000 * DAY
MARK = Decimal("0.1")


def lot(age_sec, size=20):
    return Lot(1, MARK, Decimal(size), MARK * size, Decimal(0), NOW - age_sec * SECOND)


def seen(*ages):
    return vintage_of([lot(age) for age in ages], NOW, MARK, 86_400 * SECOND)


@pytest.mark.plan("001-083", "001-085", "001-086", "001-162")
def test_vintage_counts_2_2_2_2_1_and_sum_is_exits():
    found = seen(0, 3599, 3600, 21599, 21600, 86399, 86400, 604799, 604800)
    assert found.counts == (2, 2, 2, 2, 1)
    assert sum(found.counts) == 9
    assert found.oldest == 604_800 * SECOND


@pytest.mark.parametrize(
    ("bound", "below", "at"), [(3600, 0, 1), (21_600, 1, 2), (86_400, 2, 3), (604_800, 3, 4)]
)
def test_vintage_buckets_end_below_their_upper_bound(bound, below, at):
    for age, bucket in ((bound - 1, below), (bound, at), (bound + 1, at)):
        assert seen(age).counts.index(1) == bucket


@pytest.mark.plan("001-088", "001-089")
def test_only_exits_of_the_stuck_age_count_as_stuck_and_all_of_them_as_waiting():
    found = seen(86_399, 86_400, 86_401)
    assert (found.waiting, found.stuck, found.stuck_count) == (6, 4, 2)
    assert share_pct(found.stuck, Decimal(100)) == 4


def test_what_has_closed_already_holds_nothing():
    part = Lot(1, MARK, Decimal(20), Decimal(2), Decimal(0), NOW - DAY, closed=Decimal(5))
    assert vintage_of([part], NOW, MARK, 0).waiting == Decimal("1.5")


@pytest.mark.plan("001-087")
def test_the_spread_of_slot_sizes_names_smallest_median_and_largest():
    assert spread([Decimal(4), Decimal(1), Decimal(2)]) == (1, 2, 4)
    assert spread([Decimal(4), Decimal(1)]) == (1, Decimal("2.5"), 4)
    assert spread([]) == (0, 0, 0)


def test_open_exits_are_worth_what_closing_them_at_the_mark_would_give():
    assert unrealized([(LegName.B, lot(0)), (LegName.A, lot(0))], Decimal("0.11")) == 0
    assert unrealized([(LegName.B, lot(0))], Decimal("0.11")) == Decimal("0.2")


BEGAN = Holdings(base=Decimal(1000), quote=Decimal(100))


@pytest.mark.parametrize(
    ("base", "quote", "earned", "price", "drift_pct"),
    [
        (1000, 101, 1, "0.1", "0"),
        (1000, 101, 0, "0.1", "0.5"),
        (1000, 105, 0, "0.1", "2.5"),
        (1000, 100, 0, "0.2", "0"),
        (2000, 0, 0, "0.2", "33.3333"),
    ],
)
def test_drift_is_growth_that_nobody_earned(base, quote, earned, price, drift_pct):
    now = Holdings(base=Decimal(base), quote=Decimal(quote))
    found = drift_of(BEGAN, now, Decimal(price), Decimal(earned))
    assert found.drift_pct.quantize(Decimal("0.0001")) == Decimal(drift_pct).quantize(
        Decimal("0.0001")
    )


@pytest.mark.plan("001-036")
@pytest.mark.parametrize(
    ("quote", "exceeds"), [("103.98", False), ("104", False), ("104.02", True)]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_recon_drift_trips_strictly_above_its_threshold_whichever_way(quote, exceeds, sign):
    away = (Decimal(quote) - 100) * sign
    now = Holdings(base=Decimal(1000), quote=100 + away)
    assert drift_of(BEGAN, now, Decimal("0.1"), Decimal(0)).exceeds(Decimal(2)) is exceeds


def test_without_a_price_a_beginning_or_a_balance_there_is_no_drift():
    assert drift_of(None, BEGAN, MARK, Decimal(0)) is None
    assert drift_of(BEGAN, None, MARK, Decimal(0)) is None
    assert drift_of(BEGAN, BEGAN, Decimal(0), Decimal(0)) is None
    assert drift_of(Holdings(base=Decimal(0), quote=Decimal(0)), BEGAN, MARK, Decimal(0)) is None


def test_money_in_an_exit_might_have_earned_elsewhere():
    cost = opportunity_cost(Decimal(10), Decimal(2), Decimal(100), Decimal("0.5"))
    assert cost == Decimal("0.1")
    assert opportunity_cost(Decimal(10), Decimal(2), Decimal(0), Decimal("0.5")) == 0

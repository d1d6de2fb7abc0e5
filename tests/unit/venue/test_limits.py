"""The client-side counters, at their bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.clock import FixedClock
from holdfast.venue.limits import (
    ENGINE,
    REST,
    TIERS,
    EngineCounter,
    RestCounter,
    amend_cost,
    cancel_cost,
)


@pytest.mark.parametrize(
    ("tier", "rest", "engine"),
    [
        ("starter", (15, 0.33), (60, 1.0)),
        ("intermediate", (20, 0.5), (125, 2.34)),
        ("pro", (20, 1.0), (180, 3.75)),
    ],
)
def test_the_tiers_are_those_of_the_exchange(tier, rest, engine):
    assert (REST[tier].limit, REST[tier].decay) == rest
    assert (ENGINE[tier].limit, ENGINE[tier].decay) == engine


@pytest.mark.parametrize(
    ("endpoint", "cost"),
    [("OpenOrders", 1), ("BalanceEx", 1), ("TradesHistory", 2), ("Ledgers", 2), ("AddOrder", 0)],
)
def test_histories_count_twice_and_orders_are_counted_elsewhere(endpoint, cost):
    assert RestCounter.cost(endpoint) == cost


@pytest.mark.parametrize("tier", TIERS)
def test_a_call_fits_up_to_the_ceiling_and_not_above_it(tier):
    clock = FixedClock()
    counter = RestCounter(tier, clock)
    counter.add(REST[tier].limit - 1)
    assert counter.wait(1) == 0
    assert counter.wait(2) == pytest.approx(1 / REST[tier].decay)
    counter.add(1)
    assert counter.wait(1) == pytest.approx(1 / REST[tier].decay)


def test_waiting_as_long_as_it_says_makes_room():
    clock = FixedClock()
    counter = RestCounter("starter", clock)
    counter.add(15)
    clock.sleep(counter.wait(2))
    assert counter.wait(2) == pytest.approx(0, abs=1e-5)


def test_the_venues_word_fills_the_counter():
    counter = RestCounter("pro", FixedClock())
    counter.fill()
    assert counter.level() == 20
    counter.add(3)
    counter.fill()
    assert counter.level() == 23


def test_an_amend_that_can_wait_stops_at_sixty_percent():
    clock = FixedClock()
    counter = EngineCounter("pro", clock)
    counter.add(107)
    assert counter.may_amend(age=60.0)
    counter.add(0.5)
    assert not counter.may_amend(age=60.0)
    assert counter.may_add(72)
    assert not counter.may_add(73)


def test_a_young_order_costs_more_to_amend_so_it_stops_earlier():
    counter = EngineCounter("pro", FixedClock())
    counter.add(105)
    assert counter.may_amend(age=15.0)
    assert not counter.may_amend(age=4.9)


@pytest.mark.parametrize(
    ("age", "amend", "cancel"),
    [
        (0.0, 4, 8),
        (4.999, 4, 8),
        (5.0, 3, 6),
        (10.0, 2, 5),
        (15.0, 1, 4),
        (45.0, 1, 2),
        (90.0, 1, 1),
        (299.9, 1, 1),
        (300.0, 1, 0),
    ],
)
def test_the_penalty_falls_with_the_age_of_the_order(age, amend, cancel):
    assert (amend_cost(age), cancel_cost(age)) == (amend, cancel)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 20)), max_size=30))
def test_the_counter_is_never_negative_and_obeying_it_never_passes_the_ceiling(calls):
    clock = FixedClock()
    counter = EngineCounter("starter", clock)
    for cost, pause in calls:
        clock.sleep(pause)
        clock.sleep(counter.wait(cost) + 1e-5)
        counter.add(cost)
        assert 0 <= counter.level() <= counter.bucket.limit + 1e-6

"""Sizes by how quickly cycles close: samples, weights, old exits, locked capital (core 5.2)."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from holdfast.domain.market import Regime
from holdfast.domain.slots import LegName
from holdfast.engine.throughput import (
    NO_PACES,
    Closed,
    Pace,
    Pressure,
    Throughput,
    Waits,
    advised_multiple,
    paces_of,
    pressure_of,
)

D = Decimal
A, B = LegName.A, LegName.B
PLAIN = Throughput(enabled=True, halflife=0)
MARKET = Regime.RANGING


def closed(count, seconds, leg=A, regime=MARKET):
    return [Closed(0, number, D(seconds), D("0.01"), leg, regime) for number in range(count)]


def by(knobs, cycles, leg, waits=(), free=10**9):
    paces = paces_of(knobs, cycles, waits)
    pressure = pressure_of(knobs, paces, waits, D(free))
    return advised_multiple(knobs, paces, pressure, MARKET, leg).multiple


def test_row_17_throughput_per_5_2():
    """Core Part 7, row 17."""
    halves = closed(50, 600) + closed(50, 1200, B)
    assert (by(PLAIN, halves, A), by(PLAIN, halves, B)) == (1, D("0.5"))
    assert by(PLAIN, closed(25, 600) + closed(25, 1200, B), B) == D("0.75")
    flipped = closed(25, 600) + closed(26, 1200, B)
    assert (by(PLAIN, flipped, A), by(PLAIN, flipped, B)) == (D("1.5"), 1)


@pytest.mark.parametrize(("count", "enough"), [(19, False), (20, True), (21, True)])
def test_twenty_cycles_are_enough_for_all_and_nineteen_are_not(count, enough):
    assert paces_of(PLAIN, closed(count, 600), ()).total.enough is enough


@pytest.mark.parametrize(("count", "enough"), [(9, False), (10, True), (11, True)])
def test_ten_cycles_are_enough_for_a_bucket_and_nine_are_not(count, enough):
    paces = paces_of(PLAIN, closed(count, 600) + closed(30, 600, B), ())
    assert paces.buckets[MARKET, A].enough is enough


@pytest.mark.parametrize(
    ("age", "left"), [(899, 1), (900, 1), (901, "0.999"), (1350, "0.75"), (2700, "0.3")]
)
def test_old_exits_press_only_strictly_above_their_threshold(age, left):
    paces = replace(NO_PACES, total=Pace(enough=True, p75=D(600)))
    found = pressure_of(PLAIN, paces, [Waits(D(age), D(1), A, MARKET)], D(1))
    assert round(found.age, 3) == D(left)


def test_one_old_exit_among_ten_is_the_reference():
    waits = [Waits(D(100), D(1), A, MARKET)] * 9 + [Waits(D(1350), D(1), A, MARKET)]
    assert pressure_of(PLAIN, NO_PACES, waits, D(1)).reference == 1350
    assert pressure_of(PLAIN, NO_PACES, waits[:1] * 10 + waits[-1:], D(1)).reference == 100


@pytest.mark.parametrize(
    ("locked", "left"),
    [
        ("0.69", 1),
        ("0.70", 1),
        ("0.71", "0.973333"),
        ("0.80", "0.733333"),
        ("0.85", "0.6"),
        ("1", "0.4"),
    ],
)
def test_locked_capital_presses_only_strictly_above_its_threshold(locked, left):
    waits = [Waits(D(0), D(locked) * 100, A, MARKET)]
    found = pressure_of(PLAIN, NO_PACES, waits, 100 - D(locked) * 100)
    assert round(found.util, 6) == D(left)


def test_the_floor_is_clamped_last_so_that_no_size_falls_below_half():
    paces = replace(NO_PACES, total=Pace(enough=True))
    worst = Pressure(age=D("0.3"), util=D("0.4"))
    assert advised_multiple(PLAIN, paces, worst, MARKET, A).multiple == D("0.5")


@pytest.mark.parametrize(("age", "counted"), [(299, 0), (300, 0), (301, 1)])
def test_an_open_exit_counts_once_it_is_older_than_half_the_usual_time(age, counted):
    paces = paces_of(PLAIN, closed(20, 600), [Waits(D(age), D(1), A, MARKET)])
    assert paces.total.censored == counted


def test_the_newest_cycles_count_and_the_rest_is_not_looked_at():
    old = [Closed(0, number, D(10), D(0), A, MARKET) for number in range(100)]
    new = [Closed(0, 1000 + number, D(600), D(0), A, MARKET) for number in range(20)]
    assert paces_of(replace(PLAIN, lookback=20), old + new, ()).total.median == 600


def test_a_cycle_without_a_duration_is_not_counted():
    assert paces_of(PLAIN, closed(20, 0) + closed(19, 600), ()).total.completed == 19


def test_off_and_without_data_nothing_is_scaled_and_the_reason_is_said():
    off = replace(PLAIN, enabled=False)
    assert by(off, closed(50, 600), A) == 1
    said = advised_multiple(off, NO_PACES, Pressure(), MARKET, A).reason
    assert said == "tp_disabled"
    assert advised_multiple(PLAIN, NO_PACES, Pressure(), MARKET, A).reason == "tp_insufficient_data"

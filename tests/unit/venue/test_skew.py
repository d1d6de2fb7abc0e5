"""The venue's clock as we hear it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.clock import FixedClock
from holdfast.venue.skew import HEAR_EVERY, VenueClock

SECOND = 1_000_000
NOON = 1_795_176_000 * SECOND


def heard(unixtime, at=NOON, trip=0):
    clock = FixedClock(at + trip)
    venue = VenueClock(clock)
    venue.hear(unixtime, at, at + trip)
    return venue, clock


@pytest.mark.parametrize("within", [0, 1, 500_000, 999_999])
def test_a_second_that_may_be_ours_shows_no_skew(within):
    venue, clock = heard(NOON // SECOND, NOON + within)
    assert venue.skew_seconds() == 0
    assert venue.wall() == clock.wall()


@pytest.mark.parametrize(
    ("ahead", "skew"), [(1, 1.0), (2, 2.0), (3, 3.0), (-1, -0.000001), (-3, -2.000001)]
)
def test_a_second_that_cannot_be_ours_shows_the_least_skew_it_proves(ahead, skew):
    venue, _ = heard(NOON // SECOND + ahead, NOON)
    assert venue.skew_seconds() == pytest.approx(skew)


def test_a_slow_answer_proves_less():
    venue, _ = heard(NOON // SECOND + 3, NOON, trip=2 * SECOND)
    assert venue.skew_seconds() == pytest.approx(1.0)


def test_the_clock_moves_on_with_the_machines_and_is_asked_again_in_time():
    venue, clock = heard(NOON // SECOND + 5)
    assert venue.wall() == NOON + 5 * SECOND
    clock.sleep(HEAR_EVERY - 1)
    assert not venue.due
    assert venue.wall() == NOON + 5 * SECOND + round((HEAR_EVERY - 1) * SECOND)
    clock.sleep(1)
    assert venue.due


def test_a_clock_never_heard_is_due():
    assert VenueClock(FixedClock(NOON)).due


@given(st.lists(st.tuples(st.integers(-20, 20), st.floats(0, 400)), max_size=20))
def test_the_clock_never_goes_back_whatever_the_venue_says(readings):
    clock = FixedClock(NOON)
    venue, last = VenueClock(clock), 0
    for ahead, pause in readings:
        venue.hear(clock.wall() // SECOND + ahead, clock.wall(), clock.wall())
        assert venue.wall() >= last
        last = venue.wall()
        clock.sleep(pause)

"""How full the cap on open orders is, what may be added, and how many entries a tick may add."""

from decimal import Decimal

import pytest

from holdfast.engine.capacity import (
    Fit,
    band_of_room,
    banded,
    plan_of,
    room,
    safe_cap,
    throttled,
)
from holdfast.engine.readings import Band
from holdfast.engine.statistics import median_and_late

D = Decimal


def test_row_8_safe_cap_headroom_bands_and_slots_under_it():
    """Core Part 7, row 8."""
    assert (safe_cap(225, D("0.75")), safe_cap(225, D("0.9"))) == (168, 202)
    headrooms = [room(168 - free, 168, 80).band for free in (20, 19, 10, 9)]
    assert headrooms == ["normal", "caution", "caution", "stop"]
    fits = {slots: plan_of(slots, 168, 80, 100).fit for slots in (80, 81, 82, 83, 84, 85)}
    assert fits[80] is Fit.FINE
    assert {fits[slots] for slots in (81, 82, 83, 84)} == {Fit.ADVISE}
    assert fits[85] is Fit.REFUSED
    assert plan_of(100, 168, 100, 100).fit is Fit.REFUSED
    assert plan_of(100, 202, 100, 100).fit is Fit.ADVISE


@pytest.mark.parametrize(
    ("resting", "free", "band"),
    [
        (147, 21, "normal"),
        (148, 20, "normal"),
        (149, 19, "caution"),
        (157, 11, "caution"),
        (158, 10, "caution"),
        (159, 9, "stop"),
        (168, 0, "stop"),
        (169, -1, "stop"),
    ],
)
def test_the_band_is_stop_below_ten_and_caution_below_twenty(resting, free, band):
    found = room(resting, 168, 80)
    assert (found.headroom, found.band) == (free, band)


def test_a_part_that_was_cancelled_means_stop_whatever_the_room():
    assert band_of_room(100, 1) == ("stop", ("partial_fill_canceled",))
    assert band_of_room(None, 1)[0] == "stop"
    assert band_of_room(None, 0) == ("normal", ())


@pytest.mark.parametrize(
    ("headroom", "most"), [(-1, 1), (4, 1), (5, 1), (6, 2), (10, 2), (11, 3), (20, 3), (21, 9)]
)
def test_the_throttle_tightens_at_five_ten_and_twenty(headroom, most):
    assert throttled(9, headroom) == most


@pytest.mark.parametrize(
    ("band", "most"),
    [(Band.CHOPPY, 3), (Band.NORMAL, 2), (Band.TRENDING, 1), (Band.UNKNOWN, 9)],
)
def test_a_trend_lowers_the_entries_of_a_tick_and_never_lifts_them(band, most):
    assert banded(9, band) == most
    assert banded(1, band) == 1


@pytest.mark.parametrize(
    ("slots", "fit"), [(79, "fine"), (80, "fine"), (81, "advise"), (84, "advise"), (85, "refused")]
)
def test_slots_are_fine_to_the_target_advised_to_the_cap_and_refused_above(slots, fit):
    plan = plan_of(slots, 168, 80, 100)
    assert plan.fit.value == fit
    assert bool(plan.reasons) is (fit != "fine")


@pytest.mark.parametrize(("safe", "fit"), [(166, "fine"), (165, "advise"), (160, "advise")])
def test_five_orders_of_room_at_worst_are_advised_against(safe, fit):
    assert plan_of(80, safe, 80, 100).fit.value == fit


@pytest.mark.parametrize(("slots", "fit"), [(99, "advise"), (100, "advise"), (101, "refused")])
def test_the_largest_target_is_a_bound_of_its_own(slots, fit):
    assert plan_of(slots, 225, 80, 100).fit.value == fit


def test_without_a_cap_any_number_of_slots_fits():
    assert plan_of(10_000, None, 10_000, 10_000).fit is Fit.FINE
    assert room(20_000, None, 10_000).headroom is None


def test_forty_slots_with_a_hundred_orders_leave_room_for_twenty_seven():
    found = room(100, 168, 40)
    assert (found.per_slot, found.slots_left) == (D("2.5"), 27)
    assert room(168, 168, 80).slots_left == 0
    assert room(0, 168, 0).slots_left == 0


@pytest.mark.parametrize(
    ("ratio", "safe"),
    [("0.09", 22), ("0.1", 22), ("0.11", 24), ("0.99", 222), ("1", 225), ("1.1", 225)],
)
def test_the_ratio_is_held_between_a_tenth_and_all(ratio, safe):
    assert safe_cap(225, D(ratio)) == safe


def test_the_median_is_exact_and_late_is_the_nearest_rank():
    assert median_and_late([]) == (None, None)
    assert median_and_late([D(7)]) == (7, 7)
    assert median_and_late([D(n) for n in range(1, 41)]) == (D("20.5"), 38)

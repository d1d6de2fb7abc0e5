"""What must hold before a desk may arm, each at its bound, one below and one above."""

from decimal import Decimal

import msgspec
import pytest

from holdfast.safety.preconditions import Readings, judged, unmet

GOOD = Readings(
    profile_sha="a" * 64,
    approved_sha="a" * 64,
    key_fault="",
    clean_reconcile_age_s=10.0,
    unknown_intents=0,
    daily_loss_locked=False,
    clock_skew_us=0,
    caps={"max_order_notional_usd": Decimal(10)},
)
NAMES = (
    "profile_approved",
    "key_scopes",
    "reconcile_clean",
    "no_unknown_intent",
    "daily_loss_lock_off",
    "clock_skew",
    "caps_present",
)


def failing(**changed):
    return unmet(judged(msgspec.structs.replace(GOOD, **changed)))


def test_when_everything_holds_nothing_is_in_the_way():
    assert failing() == ()
    assert tuple(each.name for each in judged(GOOD)) == NAMES


def test_what_was_not_measured_does_not_hold():
    assert unmet(judged(Readings(profile_sha="a" * 64))) == NAMES
    assert unmet(()) == ("not_measured",)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"approved_sha": "b" * 64}, "profile_approved"),
        ({"approved_sha": "", "profile_sha": ""}, "profile_approved"),
        ({"key_fault": "may withdraw"}, "key_scopes"),
        ({"clean_reconcile_age_s": 900.1}, "reconcile_clean"),
        ({"clean_reconcile_age_s": -1.0}, "reconcile_clean"),
        ({"unknown_intents": 1}, "no_unknown_intent"),
        ({"daily_loss_locked": True}, "daily_loss_lock_off"),
        ({"clock_skew_us": 2_000_000}, "clock_skew"),
        ({"clock_skew_us": -2_000_000}, "clock_skew"),
        ({"caps": {}}, "caps_present"),
        ({"caps": {"one": Decimal(1), "other": None}}, "caps_present"),
        ({"caps": {"one": Decimal(0)}}, "caps_present"),
    ],
)
def test_one_thing_that_does_not_hold_is_named(changed, name):
    assert failing(**changed) == (name,)


@pytest.mark.parametrize(
    "changed",
    [
        {"clean_reconcile_age_s": 900.0},
        {"clock_skew_us": 1_999_999},
        {"clock_skew_us": -1_999_999},
        {"caps": {"one": Decimal("0.01")}},
    ],
)
def test_what_just_holds_is_not_in_the_way(changed):
    assert failing(**changed) == ()


def test_each_says_what_was_measured_and_what_is_needed():
    told = {
        each.name: (each.measured, each.needed)
        for each in judged(
            msgspec.structs.replace(
                GOOD,
                clock_skew_us=2_500_000,
                clean_reconcile_age_s=1200.4,
                caps={"b": None, "a": Decimal(0)},
            )
        )
    }
    assert told["clock_skew"] == ("2.500 s", "below 2 s either way")
    assert told["reconcile_clean"] == ("clean 1200 s ago", "clean within 900 s")
    assert told["caps_present"] == ("a, b", "every cap above 0")

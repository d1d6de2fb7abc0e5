"""Losses that stop a desk: when, for how long, and what lets it go on."""

import pytest
from risk_cases import policy, state

from holdfast.safety.triggers import due, keeps, lifted, readings, warnings


def levels(its_policy, its_state):
    return {one.name: one.level for one in readings(its_policy, its_state)}


@pytest.mark.parametrize(
    ("loss", "level"),
    [
        ("0", "ok"),
        ("2.39999999", "ok"),
        ("2.4", "warning"),
        ("2.99999999", "warning"),
        ("3", "tripped"),
        ("30", "tripped"),
    ],
)
def test_a_days_loss_warns_at_four_fifths_and_trips_at_its_limit(loss, level):
    assert levels(policy(), state(day_loss=loss))["daily_loss"] == level
    named = [one.name for one in warnings(policy(), state(day_loss=loss))]
    assert named == (["daily_loss"] if level == "warning" else [])


def test_a_limit_of_nothing_is_off():
    assert levels(policy(daily_loss_limit="0"), state(day_loss="99"))["daily_loss"] == "off"
    assert due(policy(daily_loss_limit="0"), state(day_loss="99"), ()) == ()


@pytest.mark.parametrize(
    ("equity", "level"),
    [("92.0001", "ok"), ("92", "warning"), ("90.0001", "warning"), ("90", "tripped")],
)
def test_a_drawdown_is_measured_from_the_peak(equity, level):
    found = levels(policy(max_total_loss_usd="0"), state(equity=equity))
    assert found == {"daily_loss": "ok", "total_loss": "off", "drawdown": level}


def test_at_a_drawdown_limit_of_zero_any_loss_of_equity_trips_and_none_does_not():
    assert levels(policy(max_drawdown_pct="0"), state())["drawdown"] == "ok"
    assert levels(policy(max_drawdown_pct="0"), state(equity="99.99"))["drawdown"] == "tripped"
    assert levels(policy(), state(equity="5", peak_equity="0"))["drawdown"] == "ok"


def test_a_hold_is_put_up_once_and_for_each_loss_its_own():
    lost = state(day_loss="3", total_loss="5", equity="80")
    assert [one.name for one in due(policy(), lost, ())] == ["daily_loss", "total_loss", "drawdown"]
    assert due(policy(), lost, {"daily_loss", "total_loss", "drawdown"}) == ()
    assert "limit 3" in due(policy(), lost, ())[0].reason


def test_midnight_ends_the_loss_and_not_the_hold():
    held = {"daily_loss"}
    assert keeps("daily_loss", policy(), state(day_loss="3"))
    next_day = state(day_loss="0")
    assert lifted(policy(), policy(), next_day, held) == ()
    assert keeps("daily_loss", policy(), next_day) == ""
    assert lifted(policy(), policy(daily_loss_limit="9"), next_day, held) == ()


@pytest.mark.parametrize(
    ("limit", "down"), [("3", False), ("3.5", False), ("3.51", True), ("0", True)]
)
def test_a_limit_raised_above_the_loss_takes_the_hold_down_on_the_same_day(limit, down):
    found = lifted(policy(), policy(daily_loss_limit=limit), state(day_loss="3.5"), {"daily_loss"})
    assert [one.name for one in found] == (["daily_loss"] if down else [])


def test_a_hold_nobody_put_up_is_not_taken_down():
    assert lifted(policy(), policy(daily_loss_limit="9"), state(day_loss="3"), ()) == ()


def test_holds_of_others_are_not_ours_to_keep():
    assert keeps("operator", policy(), state(day_loss="3")) == ""
    assert "drawdown 20" in keeps("drawdown", policy(), state(equity="80"))

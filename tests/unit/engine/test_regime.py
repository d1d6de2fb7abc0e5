"""Tiers rise by confidence and bias, hold by dwell and hysteresis, and leave a cooldown behind."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from holdfast.domain.market import SECOND, Regime
from holdfast.domain.slots import LEG_A, LEG_B, Block, Leg, LegName, Slot
from holdfast.domain.tiers import NO_TIER, TierState
from holdfast.engine.momentum import deferred, keeps
from holdfast.engine.regime import (
    Leaning,
    TierRules,
    assess,
    cooling,
    spacing,
    suppressed,
    turning_points,
)

RULES = TierRules()
BULL, BEAR, RANGE = Regime.BULLISH, Regime.BEARISH, Regime.RANGING


def lean(confidence, bias, regime=None, *, ready=True):
    bias = Decimal(bias)
    known = BULL if bias > 0 else BEAR
    return Leaning(regime=regime or known, confidence=Decimal(confidence), bias=bias, ready=ready)


def walk(looks, state=NO_TIER, rules=RULES):
    tiers = []
    for second, seen in looks:
        state = assess(state, seen, rules, second * SECOND).state
        tiers.append(state.tier)
    return tiers, state


def in_tier(tier, since=0, side=None):
    at = since * SECOND
    return TierState(tier=tier, entered_at=at, side=side, grace_at=at)


@pytest.mark.parametrize(
    ("confidence", "bias", "tier"),
    [
        ("0.19", "0.5", 0),
        ("0.20", "0.5", 1),
        ("0.21", "0.5", 1),
        ("0.49", "0.5", 1),
        ("0.50", "0.5", 2),
        ("0.51", "0.5", 2),
        ("0.20", "0.09", 0),
        ("0.20", "0.10", 1),
        ("0.20", "0.11", 1),
        ("0.60", "0.24", 1),
        ("0.60", "0.25", 2),
        ("0.60", "-0.26", 2),
    ],
)
def test_a_tier_is_entered_at_its_confidence_and_bias_and_not_a_step_below(confidence, bias, tier):
    assert assess(NO_TIER, lean(confidence, bias), RULES, 0).state.tier == tier


@pytest.mark.parametrize("seen", [lean("0.9", "0.9", RANGE), lean("0.9", "0.9", ready=False)])
def test_no_tier_is_entered_while_the_market_ranges_or_the_detector_is_not_ready(seen):
    assert assess(NO_TIER, seen, RULES, 0).state == NO_TIER


@pytest.mark.parametrize(("confidence", "tier"), [("0.46", 2), ("0.45", 1), ("0.44", 1)])
def test_tier_2_is_kept_only_above_its_confidence_less_the_hysteresis(confidence, tier):
    found = assess(in_tier(2, 0, LEG_A), lean(confidence, "0.5"), RULES, 400 * SECOND)
    assert found.state.tier == tier


@pytest.mark.parametrize(("confidence", "tier"), [("0.16", 1), ("0.15", 0), ("0.14", 0)])
def test_tier_1_is_kept_only_above_its_confidence_less_the_hysteresis(confidence, tier):
    assert assess(in_tier(1), lean(confidence, "-0.12"), RULES, 400 * SECOND).state.tier == tier


@pytest.mark.parametrize(("second", "tier"), [(299, 1), (300, 2), (301, 2)])
def test_a_tier_lasts_its_dwell(second, tier):
    assert assess(in_tier(1), lean("0.6", "0.5"), RULES, second * SECOND).state.tier == tier


@pytest.mark.parametrize("second", [1, 100, 299])
def test_losing_the_gate_demotes_at_once_whatever_the_dwell(second):
    found = assess(in_tier(2, 0, LEG_B), lean("0.9", "-0.9", RANGE), RULES, second * SECOND)
    assert found.state.tier == 0
    assert found.reason == "gate lost"
    assert found.state.left_side is LEG_B


def test_losing_confidence_alone_waits_for_the_dwell():
    found = assess(in_tier(2, 0, LEG_A), lean("0.05", "0.9"), RULES, 299 * SECOND)
    assert (found.state.tier, found.reason) == (2, "dwell")


@pytest.mark.parametrize(("second", "side"), [(59, None), (60, LEG_A), (61, LEG_A)])
def test_a_side_is_suppressed_once_the_grace_has_run(second, side):
    assert suppressed(in_tier(2, 0, LEG_A), RULES, second * SECOND) is side


def test_no_grace_suppresses_at_once():
    assert suppressed(in_tier(2, 0, LEG_A), replace(RULES, grace=0), 0) is LEG_A


def test_the_bias_says_which_side_tier_2_is_against():
    up = assess(NO_TIER, lean("0.7", "0.5"), RULES, 0).state
    down = assess(NO_TIER, lean("0.7", "-0.5"), RULES, 0).state
    assert (up.side, down.side) == (LEG_A, LEG_B)


def test_the_side_stays_frozen_while_the_bias_fades_inside_tier_2():
    state = in_tier(2, 0, LEG_A)
    found = assess(state, lean("0.7", "0.25"), RULES, 500 * SECOND).state
    assert found.side is LEG_A
    assert found.grace_at == state.grace_at


def test_a_flip_of_the_bias_inside_tier_2_changes_the_side_and_starts_the_grace_anew():
    found = assess(in_tier(2, 0, LEG_A), lean("0.7", "-0.5"), RULES, 100 * SECOND)
    assert (found.state.tier, found.state.side, found.reason) == (2, LEG_B, "flip")
    assert suppressed(found.state, RULES, 159 * SECOND) is None
    assert suppressed(found.state, RULES, 160 * SECOND) is LEG_B


@pytest.mark.parametrize(("second", "tier"), [(1001, 1), (1599, 1), (1600, 2), (1601, 2)])
def test_tier_2_is_not_entered_again_before_its_cooldown_is_over(second, tier):
    state = TierState(tier=1, entered_at=0, left_at=1000 * SECOND, left_side=LEG_A)
    found = assess(state, lean("0.6", "0.5"), RULES, second * SECOND)
    assert found.state.tier == tier
    if tier == 2:
        assert found.state.grace_at == second * SECOND


@pytest.mark.parametrize(("second", "side"), [(599, LEG_B), (600, None), (601, None)])
def test_the_side_that_was_suppressed_cools_for_so_long(second, side):
    state = TierState(tier=0, entered_at=0, left_at=0, left_side=LEG_B)
    assert cooling(state, RULES, second * SECOND) is side


@pytest.mark.plan("000-042", "000-054")
def test_the_recorded_trace_of_tiers_is_walked_as_recorded():
    looks = [
        (1000, lean("0.55", "0.6")),
        (1300, lean("0.47", "0.5")),
        (1600, lean("0.45", "0.5")),
        (1900, lean("0.60", "0.6")),
        (2200, lean("0.60", "0.6")),
        (2500, lean("0.60", "0.6")),
        (2600, lean("0.05", "0", RANGE)),
        (2800, lean("0.05", "0", RANGE)),
        (3100, lean("0.18", "-0.12")),
        (3400, lean("0.22", "-0.12")),
        (3700, lean("0.16", "-0.12")),
        (4000, lean("0.15", "-0.12")),
    ]
    assert walk(looks)[0] == [2, 2, 1, 1, 2, 2, 0, 0, 0, 1, 1, 0]


def test_the_times_at_which_suppression_turns_are_known_beforehand():
    assert turning_points(in_tier(2, 10, LEG_A), RULES) == (70 * SECOND,)
    left = TierState(left_at=10 * SECOND, left_side=LEG_A)
    assert turning_points(left, RULES) == (610 * SECOND,)
    assert turning_points(NO_TIER, RULES) == ()


@pytest.mark.parametrize(
    ("confidence", "bias", "expected"),
    [
        ("0.14", "0.4", ("1", "1")),
        ("0.15", "0.4", ("1.2", "0.88")),
        ("0.3", "-0.4", ("0.88", "1.2")),
        ("0.3", "1.0", ("1.5", "0.7")),
        ("0.50", "-0.60", ("0.82", "1.30")),
        ("0.40", "0.55", ("1.275", "0.835")),
        ("0.15", "-0.20", ("0.94", "1.10")),
    ],
)
def test_entries_move_apart_with_the_bias(confidence, bias, expected):
    seen = lean(confidence, bias)
    assert spacing(seen, Decimal("0.15")) == tuple(map(Decimal, expected))


@pytest.mark.plan("001-103")
@pytest.mark.parametrize(("sign", "leg"), [(1, LEG_A), (-1, LEG_B), (0, None)])
def test_momentum_defers_the_entry_on_the_wrong_side_of_the_move(sign, leg):
    slot = Slot(slot_id=1, sticky=True, created_at=0)
    assert deferred(sign) is leg
    for name in LegName:
        assert keeps(slot, name, sign, 3600 * SECOND, 0) is (name is leg)


@pytest.mark.plan("001-104")
@pytest.mark.parametrize(("second", "kept"), [(3599, True), (3600, False), (3601, False)])
def test_an_entry_is_deferred_for_so_long_at_most(second, kept):
    leg = Leg(name=LEG_A, block=Block.MOMENTUM, blocked_at=0)
    slot = Slot(slot_id=1, sticky=True, created_at=0, a=leg)
    assert keeps(slot, LEG_A, 1, 3600 * SECOND, second * SECOND) is kept

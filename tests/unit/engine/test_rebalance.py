"""Idle quote by its two bases, the lean that follows, the fee that was charged, the volatility target."""

from decimal import Decimal

import pytest

from holdfast.domain.market import MINUTE
from holdfast.engine.fees import fee_seen, rate_of
from holdfast.engine.rebalance import Lean, Rebalancing, idle_of, leaned, multiples, ratio_of
from holdfast.engine.volatility import VolatilityTarget, profit_target, usual_move

D = Decimal
KNOBS = Rebalancing()
FEE = D("0.25")


def idle(mark, wanted="2"):
    return idle_of(D(100), D(1000), D(mark), D(2), D(wanted))


def test_row_21_mark_to_market_47_5_and_quote_only_95_at_a_tenth():
    """Core Part 7, row 21, its second half."""
    found = idle("0.1")
    assert (found.mark_to_market, found.quote_only) == (D("0.475"), D("0.95"))


@pytest.mark.plan("001-174")
def test_the_ratio_by_the_market_moves_with_the_price():
    assert idle("0.2", "2.626").mark_to_market == D("0.313537")
    assert idle("0.2").mark_to_market < idle("0.1").mark_to_market


@pytest.mark.plan("001-175")
def test_the_ratio_by_quote_alone_stands_while_the_price_moves():
    assert {idle(mark).quote_only for mark in ("0.05", "0.1", "0.2", "1")} == {D("0.95")}
    assert idle("0.2", "2.626").quote_only == D("0.94061")  # larger entries, a longer runway


@pytest.mark.plan("001-107", "001-108", "001-109")
@pytest.mark.parametrize(("basis", "ratio"), [("mark_to_market", "0.475"), ("quote_only", "0.95")])
def test_the_basis_in_force_decides_which_ratio_counts(basis, ratio):
    assert ratio_of(idle("0.1"), basis) == D(ratio)


def test_nothing_is_idle_where_everything_is_committed():
    found = idle_of(D(5), D(0), D("0.1"), D(4), D(2))
    assert (found.quote, found.quote_only, found.mark_to_market) == (0, 0, 0)
    assert idle_of(D(0), D(0), D(0), D(0), D(0)).mark_to_market == 0


@pytest.mark.parametrize(("ratio", "leans"), [("0.449", False), ("0.45", False), ("0.46", True)])
def test_within_the_neutral_band_nothing_leans(ratio, leans):
    before = Lean(at=0, smoothed=D(ratio), error=D(ratio) - KNOBS.target)
    assert (leaned(KNOBS, before, D(ratio), MINUTE, throttled=False).skew != 0) is leans


def test_a_lean_grows_by_steps_to_its_largest_and_stops_in_the_caution_band():
    lean = Lean(at=0, smoothed=D(1), error=D("0.6"))
    seen = []
    for number in range(1, 9):
        lean = leaned(KNOBS, lean, D(1), number * 5 * MINUTE, throttled=False)
        seen.append(lean.skew)
    assert seen[0] == D("0.05")
    assert seen[-1] == KNOBS.max_skew
    assert leaned(KNOBS, lean, D(1), 60 * MINUTE, throttled=True).skew == D("0.25")


def test_the_first_measure_leans_nowhere():
    assert leaned(KNOBS, None, D(1), 0, throttled=False).skew == 0


def test_only_the_favoured_side_grows():
    assert multiples(KNOBS, D("0.3")) == (1, D("1.3"))
    assert multiples(KNOBS, D("-0.3")) == (D("1.3"), 1)
    assert multiples(KNOBS, D(0)) == (1, 1)


@pytest.mark.parametrize(("count", "known"), [(9, False), (10, True), (11, True)])
def test_ten_fills_say_what_the_fee_is(count, known):
    found = fee_seen([D("0.20")] * count, FEE, D(10))
    assert (found.observed_pct is not None, found.differs) == (known, known)


@pytest.mark.parametrize(
    ("observed", "differs"), [("0.2251", False), ("0.225", False), ("0.2249", True)]
)
def test_a_fee_differs_strictly_above_the_threshold(observed, differs):
    assert fee_seen([D(observed)] * 10, FEE, D(10)).differs is differs


def test_a_rate_is_the_fee_in_percent_of_what_traded():
    assert rate_of(D("0.00499"), D("1.996")) == D("0.25")


@pytest.mark.parametrize(("points", "known"), [(11, False), (12, True), (13, True)])
def test_twelve_looks_say_the_usual_move(points, known):
    prices = [D("0.1") if number % 2 else D("0.101") for number in range(points)]
    assert (usual_move(prices) is not None) is known


@pytest.mark.parametrize(
    ("move", "target"),
    [
        ("0", "0.6"),
        ("0.1", "0.6"),
        ("0.3", "0.6"),
        ("0.5", "0.8"),
        ("0.7", "1.12"),
        ("1.0", "1.6"),
        ("1.5", "2"),
        ("9", "2"),
    ],
)
def test_the_target_follows_the_move_between_its_bounds(move, target):
    assert profit_target(VolatilityTarget(), D(1), D(move), FEE) == D(target)


def test_the_target_has_a_ceiling_and_never_falls_below_the_fees():
    assert profit_target(VolatilityTarget(), D(2), D(2), FEE) == 3
    assert profit_target(VolatilityTarget(), D(2), None, FEE) == 2
    assert profit_target(VolatilityTarget(floor=D(1)), D(1), D(0), FEE) == 1


@pytest.mark.parametrize(
    ("move", "target"), [("0.64", 1), ("0.65", "1.05"), ("0.67", "1.05"), ("0.68", "1.1")]
)
def test_a_change_below_the_smallest_one_is_not_made(move, target):
    knobs = VolatilityTarget(min_change=D("0.05"))
    assert profit_target(knobs, D(1), D(move), FEE) == D(target)

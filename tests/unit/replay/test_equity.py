"""Equity is cash plus inventory at the mark, to the last digit, beside holding and below its peak."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.market import DAY, MINUTE
from holdfast.replay.equity import share, shown, walk
from holdfast.venue.candles import Candles


def _candles(closes, *, start=0):
    rows = [(start + place * MINUTE, c, c, c, c, 10) for place, c in enumerate(closes)]
    return Candles.from_rows(rows, seconds=60, tick=Decimal("0.01"), step=Decimal(1))


FUNDED = [(0, Decimal(10), Decimal(0)), (0, Decimal(0), Decimal(100))]


def test_without_a_trade_equity_is_what_holding_gives():
    curve = walk(_candles(["1", "2", "1.5"]), 3, FUNDED, FUNDED)
    assert curve.opening == 110
    assert curve.equity == curve.hold == [Decimal(110), Decimal(120), Decimal(115)]


def test_a_purchase_moves_equity_by_its_fee_and_then_with_the_price():
    bought = (MINUTE, Decimal(20), Decimal("-20.05"))
    curve = walk(_candles(["1", "1", "2"]), 3, [*FUNDED, bought], FUNDED)
    assert curve.equity == [Decimal(110), Decimal("109.95"), Decimal("139.95")]
    assert curve.hold == [Decimal(110), Decimal(110), Decimal(120)]


def test_a_move_at_the_last_step_of_a_candle_counts_in_it_and_one_at_its_end_does_not():
    inside, after = (MINUTE - 1, Decimal(0), Decimal(-1)), (MINUTE, Decimal(0), Decimal(-5))
    curve = walk(_candles(["1", "1"]), 2, [*FUNDED, inside, after], FUNDED)
    assert curve.equity == [Decimal(109), Decimal(104)]


def test_the_deepest_fall_is_told_with_its_peak_its_end_and_its_size():
    curve = walk(_candles(["10", "20", "5", "10", "9"]), 5, [(0, Decimal(1), Decimal(0))], [])
    assert curve.worst.pct == 75
    assert curve.worst.amount == 15
    assert (curve.worst.from_time, curve.worst.to_time) == (2 * MINUTE, 3 * MINUTE)


def test_a_day_ends_with_its_last_candle_and_keeps_its_own_deepest_fall():
    candles = _candles(["10", "8", "12"], start=DAY - 2 * MINUTE)
    days = walk(candles, 3, [(0, Decimal(1), Decimal(0))], []).days
    assert {day: end.candles for day, end in days.items()} == {0: 2, 1: 1}
    assert (days[0].equity, days[0].drawdown_pct) == (8, 20)
    assert (days[1].equity, days[1].drawdown_pct) == (12, 0)


def test_nothing_walked_is_an_empty_curve():
    curve = walk(_candles(["1"]), 0, FUNDED, FUNDED)
    assert (curve.at, curve.opening, curve.worst.pct, shown(curve, 100)) == ([], 0, 0, [])


def test_a_share_of_nothing_is_nothing():
    assert share(Decimal(1), Decimal(0)) == 0
    assert share(Decimal(1), Decimal(3)) == Decimal("33.3333")


@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=300),
    st.integers(10, 120),
)
def test_a_thinned_curve_keeps_its_ends_its_extremes_and_its_deepest_fall(prices, most):
    candles = _candles([str(price) for price in prices])
    curve = walk(candles, len(prices), [(0, Decimal(1), Decimal(0))], [])
    kept = shown(curve, most)
    assert kept == sorted(set(kept))
    assert (kept[0], kept[-1]) == (0, len(prices) - 1)
    assert len(kept) <= 2 * most
    for pick in (min, max):
        assert pick(curve.equity[place] for place in kept) == pick(curve.equity)
    assert max(curve.drawdown_pct[place] for place in kept) == max(curve.drawdown_pct)

"""Laws of rounding: snapping lands on a step, moves by half a step at most, and keeps order."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from strategies import DOGE, prices, sizes

from holdfast.domain.money import fee_of, held_for_buy, notional, snap_price, snap_size

steps = st.sampled_from([Decimal(1), Decimal("0.1"), Decimal("0.0001"), Decimal("0.000001")])
values = st.decimals(min_value=0, max_value=10_000, places=9)


@given(value=values, step=steps)
def test_snapping_lands_on_a_step_no_farther_than_half_of_one(value, step):
    for snapped in (snap_price(value, step), snap_size(value, step)):
        assert snapped % step == 0
        assert abs(snapped - value) * 2 <= step


@given(one=values, other=values, step=steps)
def test_snapping_keeps_order_and_repeats_safely(one, other, step):
    low, high = sorted((one, other))
    assert snap_price(low, step) <= snap_price(high, step)
    assert snap_size(snap_size(one, step), step) == snap_size(one, step)


@given(price=prices, size=sizes)
def test_a_buy_holds_its_notional_and_its_fee_and_hardly_more(price, size):
    hold = held_for_buy(price, size, DOGE)
    cost = notional(price, size)
    fee = fee_of(cost, DOGE.maker_fee_pct, DOGE.fee_step)
    assert hold - cost - fee + DOGE.fee_step >= 0
    assert cost + fee - DOGE.fee_step <= hold <= cost + fee + DOGE.fee_step
    assert hold >= cost


@given(price=prices, parts=st.lists(sizes, min_size=1, max_size=6))
def test_what_a_shrinking_buy_frees_pays_each_part_of_it(price, parts):
    left = sum(parts)
    hold = held_for_buy(price, left, DOGE)
    for size in parts:
        left -= size
        kept = held_for_buy(price, left, DOGE) if left else Decimal(0)
        cost = notional(price, size)
        assert hold - kept >= cost
        assert hold - kept - cost - fee_of(cost, DOGE.maker_fee_pct, DOGE.fee_step) <= DOGE.fee_step
        hold = kept
    assert hold == 0

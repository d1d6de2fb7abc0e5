"""Amounts are exact, and rounded in one place, half to even."""

from decimal import Decimal, getcontext

import pytest
from strategies import DOGE

from holdfast.domain.money import fee_of, held_for_buy, notional, snap_price, snap_size

TIES = [("0.5", "0"), ("1.5", "2"), ("2.5", "2"), ("2.500001", "3"), ("12.5", "12"), ("13.5", "14")]


@pytest.mark.parametrize(("size", "snapped"), TIES)
def test_a_size_between_two_steps_goes_to_the_even_one(size, snapped):
    assert snap_size(Decimal(size), Decimal(1)) == Decimal(snapped)


@pytest.mark.parametrize(
    ("price", "snapped"), [("0.0998005", "0.0998"), ("0.0998015", "0.099802"), ("0.1", "0.100000")]
)
def test_a_price_is_snapped_to_the_tick(price, snapped):
    assert snap_price(Decimal(price), DOGE.price_tick) == Decimal(snapped)


def test_a_fee_is_rounded_half_up_to_its_step():
    step = Decimal("0.01")
    assert fee_of(Decimal(2), Decimal("0.25"), step) == Decimal("0.01")
    assert fee_of(Decimal(1), Decimal("0.4"), step) == Decimal("0.00")
    assert fee_of(Decimal("1.996"), Decimal("0.25"), DOGE.fee_step) == Decimal("0.00499")


def test_a_buy_holds_its_fee_rounded_up():
    assert held_for_buy(Decimal("0.0998"), Decimal(20), DOGE) == Decimal("2.00099")
    assert held_for_buy(Decimal("0.000001"), Decimal(1), DOGE) == Decimal("0.00000101")


def test_amounts_keep_fifty_digits():
    assert getcontext().prec == 50
    assert notional(Decimal("0.000001"), Decimal("1E-18")) == Decimal("1E-24")

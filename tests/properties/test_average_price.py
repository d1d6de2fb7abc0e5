"""The mean price of an entry can always be written down, whatever part of it traded."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.domain.money import average
from holdfast.ledger.amounts import fits

costs = st.integers(1, 10**15).map(lambda n: Decimal(n).scaleb(-9))
sizes = st.integers(1, 10**14).map(lambda n: Decimal(n).scaleb(-8))


@given(costs, sizes)
@example(Decimal("2.600000001"), Decimal("26.07478247"))
def test_a_mean_price_of_any_cost_and_size_fits_the_ledger(cost, size):
    assert fits(average(cost, size))


@given(sizes, st.integers(1, 10**9).map(lambda n: Decimal(n).scaleb(-7)))
def test_a_single_price_comes_back_as_it_was(size, price):
    assert average(price * size, size) == price


@given(costs, sizes)
def test_a_mean_price_is_right_to_twelve_decimals(cost, size):
    assert abs(average(cost, size) - cost / size) <= Decimal("5E-13")

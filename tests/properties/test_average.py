"""The law of a mean price: what an order of several executions paid can always be booked."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.domain.money import average
from holdfast.ledger.amounts import fits

amounts = st.decimals("1E-8", "1E6", places=8)


@given(cost=amounts, size=amounts)
@example(cost=Decimal("4.05508451"), size=Decimal("40.30735162"))
def test_a_mean_price_fits_the_ledger_and_is_right_to_twelve_decimals(cost, size):
    price = average(cost, size)

    assert fits(price)
    assert abs(price - cost / size) <= Decimal("5E-13")


@given(price=st.decimals("1E-7", "10", places=7), size=amounts)
def test_a_mean_of_equal_prices_is_that_price(price, size):
    assert average(price * size, size) == price

"""An order that takes asks for no place in the book, and one that rests never takes."""

from decimal import Decimal

import pytest

from holdfast.domain.intents import PlaceOrder
from holdfast.domain.slots import Role, Side
from holdfast.venue.ccxt_writes import _request


@pytest.mark.parametrize("takes", [True, False])
def test_a_sale_is_immediate_or_cancelled_and_everything_else_post_only(takes):
    order = PlaceOrder("x", Side.SELL, Role.EXIT, Decimal("0.1"), Decimal(20), takes)
    params = _request(order, "DOGE/USD")["params"]
    assert (params.get("timeInForce") == "IOC") is takes
    assert bool(params.get("postOnly")) is not takes

"""Caps beside what a venue takes: refused with the reason where nothing could ever be placed."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from risk_cases import policy
from strategies import DOGE

from holdfast.safety.exchange_fit import smallest_notional, unfit

FIFTY = replace(DOGE, min_base=Decimal(50))


@pytest.mark.parametrize(
    ("price", "least"), [("0.10", "5"), ("0.2", "10"), ("0.200001", "10.00005"), ("0.25", "12.5")]
)
def test_a_cap_is_held_beside_the_smallest_order(price, least):
    assert smallest_notional(FIFTY, Decimal(price)) == Decimal(least)
    told = unfit(policy(max_order_notional_usd="10"), FIFTY, Decimal(price))
    assert bool(told) is (Decimal(least) > 10)
    if told:
        assert "max_order_notional_usd 10: cap below exchange minimum" in told
        assert "50 DOGE" in told


def test_a_smallest_notional_counts_in_whole_steps():
    market = replace(FIFTY, min_base=Decimal(1), min_quote=Decimal("5.05"))
    assert smallest_notional(market, Decimal("0.1")) == Decimal("5.1")


@pytest.mark.parametrize(
    "name", ["max_symbol_exposure_usd", "max_total_exposure_usd", "max_open_notional_usd"]
)
def test_every_cap_has_to_pay_one_order_and_none_at_all_is_said_elsewhere(name):
    assert name in unfit(policy(**{name: "4.99"}), FIFTY, Decimal("0.1"))
    assert unfit(policy(**{name: "5"}), FIFTY, Decimal("0.1")) == ""
    assert unfit(policy(**{name: "0"}), FIFTY, Decimal("0.1")) == ""

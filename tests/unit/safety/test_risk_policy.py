"""Where a policy comes from, and which of two is in force."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from risk_cases import WIDE, policy

from holdfast.config.settings import Settings
from holdfast.safety.risk_policy import (
    FIELDS,
    RiskPolicy,
    UnfitRow,
    is_looser,
    listed,
    narrowed,
    policy_of,
    read_row,
    row_of_stages,
    stricter,
)


@dataclass
class Said:
    """One layer of a profile that touched a knob."""

    layer: str
    value: str


def test_every_field_has_a_rule_for_the_stricter_of_two():
    assert set(FIELDS) == set(RiskPolicy.__struct_fields__)


def test_a_desks_policy_is_read_off_its_settings():
    settings = Settings(
        max_order_notional_usd=Decimal(10), symbol_allowlist=" ETH/USD, BTC/USD ,", max_leverage=2
    )
    found = policy_of(settings, "BTC/USD")
    assert found.max_order_notional_usd == 10
    assert found.allowed_symbols == ("BTC/USD", "ETH/USD")
    assert found.max_leverage == 2
    assert found.max_price_age_s == settings.stale_price_max_age_sec
    assert policy_of(Settings(), "DOGE/USD").allowed_symbols == ("DOGE/USD",)
    assert policy_of(Settings(), "DOGE/USD").max_order_notional_usd == 0


@pytest.mark.parametrize(
    ("name", "loose", "strict"),
    [
        ("max_leverage", "3", "2"),
        ("max_order_notional_usd", "11", "10"),
        ("max_open_orders", 60, 50),
        ("min_quote_reserve_usd", "1", "2"),
        ("circuit_breaker", "off", "entries"),
        ("circuit_breaker", "entries", "all"),
        ("daily_loss_limit", "0", "3"),
        ("daily_loss_limit", "4", "3"),
        ("max_total_loss_usd", "0", "5"),
        ("allowed_symbols", ("BTC/USD", "DOGE/USD"), ("DOGE/USD",)),
        ("allowed_sides", ("buy", "sell"), ("sell",)),
    ],
)
def test_of_two_policies_the_stricter_field_is_in_force(name, loose, strict):
    one, other = policy(**{name: loose}), policy(**{name: strict})
    assert stricter(one, other) == stricter(other, one) == other
    assert stricter(one, one) == one


def test_two_lists_that_share_nothing_allow_nothing():
    one, other = policy(allowed_symbols=("A/B",)), policy(allowed_symbols=("C/D",))
    assert stricter(one, other).allowed_symbols == ()


def test_a_row_narrows_and_never_widens():
    row = {"max_order_notional_usd": "20000", "max_open_orders": "60", "allowed_sides": "sell"}
    found = narrowed(WIDE, row)
    assert found.max_order_notional_usd == 20_000
    assert found.max_open_orders == 50
    assert found.allowed_sides == ("sell",)
    assert narrowed(WIDE, {}) == WIDE


@pytest.mark.parametrize(
    "row",
    [
        {"max_oders": "1"},
        {"max_leverage": "0.5"},
        {"max_leverage": "51"},
        {"max_leverage": "NaN"},
        {"max_open_orders": "1.5"},
        {"circuit_breaker": "on-fire"},
        {"allowed_sides": "long"},
        {"allowed_symbols": " , "},
        {"daily_loss_limit": "-1"},
    ],
)
def test_a_row_that_does_not_fit_is_refused_with_what_is_allowed(row):
    with pytest.raises(UnfitRow, match=r"allowed|is not"):
        read_row(row)


@pytest.mark.parametrize(
    ("name", "before", "after", "looser"),
    [
        ("max_order_notional_usd", "10", "11", True),
        ("max_order_notional_usd", "10", "9", False),
        ("max_order_notional_usd", "10", "10.0", False),
        ("max_order_notional_usd", "", "10", False),
        ("max_order_notional_usd", "10", "", True),
        ("daily_loss_limit", "3", "0", True),
        ("daily_loss_limit", "0", "3", False),
        ("min_quote_reserve_usd", "5", "4", True),
        ("circuit_breaker", "all", "entries", True),
        ("circuit_breaker", "entries", "all", False),
        ("allowed_symbols", "A/B", "A/B,C/D", True),
        ("allowed_symbols", "A/B,C/D", "A/B", False),
        ("allowed_symbols", "A/B", "C/D", True),
    ],
)
def test_what_would_allow_more_is_known(name, before, after, looser):
    assert is_looser(name, before, after) is looser


def test_what_a_stage_says_cannot_be_loosened_by_a_leaf():
    origins = {
        "max_leverage": (Said("default", "1"), Said("stage", "2"), Said("profile", "5")),
        "symbol_allowlist": (Said("default", ""), Said("stage", "A/B")),
        "max_open_orders": (Said("default", "50"), Said("profile", "80")),
    }
    assert row_of_stages(origins) == {"max_leverage": "2", "allowed_symbols": "A/B"}


def test_a_list_is_taken_apart_in_one_way():
    assert listed(" b, a ,,b") == ("a", "b")

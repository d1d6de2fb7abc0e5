"""The figures of core 1.4, F1 to F5, as tables."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from strategies import DOGE, rules_with

from holdfast.domain.slots import LegName, Side
from holdfast.engine.pricing import (
    backoff_multiplier,
    entry_distance,
    entry_price,
    entry_size,
    exit_price,
    is_stale,
    refresh_distance,
    stale_bounds,
)


@pytest.mark.parametrize(
    ("losses", "wide"),
    [(0, "1"), (2, "1"), (3, "1.5"), (4, "2"), (5, "2.5"), (6, "3"), (10, "5"), (20, "5")],
)
def test_entries_widen_from_the_third_loss_up_to_the_most(losses, wide):
    assert backoff_multiplier(losses, 3, Decimal("0.5"), Decimal(5)) == Decimal(wide)


@pytest.mark.parametrize(
    ("leg", "losses", "price"),
    [("B", 0, "0.0998"), ("A", 0, "0.1002"), ("A", 4, "0.1004"), ("B", 11, "0.099")],
)
def test_an_entry_rests_at_its_distance_from_the_mark(leg, losses, price):
    got = entry_price(rules_with(), LegName(leg), 0, Decimal("0.1"), losses)
    assert got == Decimal(price)


@pytest.mark.parametrize(("leg", "price"), [("A", "0.1003"), ("B", "0.0999")])
def test_a_leg_may_have_a_distance_of_its_own(leg, price):
    rules = rules_with(entry_pct_a=Decimal("0.3"), entry_pct_b=Decimal("0.1"))
    assert entry_price(rules, LegName(leg), 0, Decimal("0.1"), 0) == Decimal(price)


def test_slots_stand_apart_by_the_spacing():
    rules = rules_with(slot_spacing_pct=Decimal("0.05"))
    assert [entry_distance(rules, LegName.A, slot) for slot in (0, 1, 4)] == [
        Decimal("0.2"),
        Decimal("0.25"),
        Decimal("0.4"),
    ]


def test_a_widened_price_that_rounds_to_nothing_falls_back_to_the_plain_one():
    rules = rules_with(entry_pct=Decimal(60), backoff_factor=Decimal(1))
    assert entry_price(rules, LegName.B, 0, Decimal("0.1"), 5) == Decimal("0.04")


SIZES = [
    ("0.10", "2", None, 20),
    ("0.091", "2", None, 22),
    ("0.148148", "2", None, 14),
    ("0.1538", "2", None, 13),
    ("0.16", "2", None, None),
    ("0.18", "2", None, None),
    ("0.1", "1.25", None, None),
    ("0.1", "1.35", None, 14),
    ("0.1", "1.35", "1.36", None),
    ("0.1", "1.345", "1.3", 13),
    ("0.1", "2.05", None, 20),
    ("0.1", "2.15", None, 22),  # 21.5 exactly; in doubles a hair less
    ("0", "2", None, None),
    ("0.1", "0", None, None),
]


@pytest.mark.plan("001-057")
@pytest.mark.parametrize(("price", "amount", "least", "size"), SIZES)
def test_quote_sizing_divides_the_notional_by_the_price(price, amount, least, size):
    instrument = replace(DOGE, min_quote=Decimal(least or 0))
    rules = rules_with(instrument=instrument)
    assert entry_size(rules, Decimal(price), Decimal(amount)) == size


def test_sizes_follow_a_finer_step():
    instrument = replace(DOGE, size_step=Decimal("0.0001"), min_base=Decimal("0.01"))
    got = entry_size(rules_with(instrument=instrument), Decimal(100), Decimal(2000))
    assert got == Decimal(20)


EXITS = [
    ("sell", "0.0998", "0.1", "1", "0.100798"),
    ("sell", "0.0998", "0.101", "1", "0.101202"),
    ("sell", "0.0998", "0.1015", "1", "0.101703"),
    ("buy", "0.1002", "0.1", "1", "0.099198"),
    ("buy", "0.1002", "0.0985", "1", "0.098303"),
    ("sell", "0.0998", "0.1", "0.6", "0.100399"),
    ("sell", "0.0998", "0.1", "1.5", "0.101297"),
]


@pytest.mark.parametrize(("side", "entry", "mark", "profit", "price"), EXITS)
def test_an_exit_rests_at_its_target_and_never_near_the_mark(side, entry, mark, profit, price):
    got = exit_price(rules_with(), Side(side), Decimal(entry), Decimal(mark), Decimal(profit))
    assert got == Decimal(price)


def test_the_guard_of_an_exit_is_the_plain_distance_whatever_a_leg_has():
    rules = rules_with(entry_pct_b=Decimal(3))
    got = exit_price(rules, Side.SELL, Decimal("0.0998"), Decimal("0.101"), Decimal(1))
    assert got == Decimal("0.101202")


@pytest.mark.parametrize(
    ("mark", "stale"), [("0.100999", False), ("0.101", False), ("0.101011", True)]
)
def test_a_drift_of_exactly_the_limit_is_not_stale(mark, stale):
    price = Decimal("0.101") * Decimal("0.99")
    assert is_stale(price, Decimal(mark), Decimal(1)) is stale


def test_the_ladder_wakes_an_entry_no_later_than_its_rule():
    rules = rules_with()
    price = Decimal("0.0998")
    tick = DOGE.price_tick
    low, high = stale_bounds(price, rules.refresh_pct, tick)
    assert not is_stale(price, low + tick, rules.refresh_pct)
    assert not is_stale(price, high - tick, rules.refresh_pct)
    assert is_stale(price, low - tick, rules.refresh_pct)
    assert is_stale(price, high + tick, rules.refresh_pct)


def test_a_slot_that_enters_farther_out_may_be_left_as_much_farther():
    rules = rules_with(slot_spacing_pct=Decimal("0.15"), refresh_pct=Decimal("0.3"))
    assert refresh_distance(rules, 0) == Decimal("0.3")
    assert refresh_distance(rules, 7) == Decimal("1.35")
    entry = entry_price(rules, LegName.B, 7, Decimal("0.1"), 0)
    assert not is_stale(entry, Decimal("0.1"), refresh_distance(rules, 7))

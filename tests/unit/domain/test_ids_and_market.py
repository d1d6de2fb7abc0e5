"""Ids are derived, candles are walked in one order."""

import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.ids import NAMESPACE, client_order_id, position_id
from holdfast.domain.market import Candle, path

words = st.text(min_size=1, max_size=8)


@given(
    genesis=words,
    slot=st.integers(0, 10_000),
    leg=st.sampled_from("AB"),
    cycle=st.integers(1, 9999),
    role=st.sampled_from(["entry", "exit"]),
    attempt=st.integers(1, 99),
)
def test_an_order_id_is_the_name_based_uuid_of_what_it_says(
    genesis, slot, leg, cycle, role, attempt
):
    name = f"{genesis}|DOGE/USD|{slot}|{leg}|{cycle}|{role}|a{attempt}"
    made = client_order_id(genesis, "DOGE/USD", slot, leg, cycle, role, attempt)
    assert made == str(uuid.uuid5(NAMESPACE, name))


def test_each_part_of_an_order_id_counts():
    plain = ("paper", "DOGE/USD", 0, "B", 1, "entry", 1)
    others = [
        ("live", *plain[1:]),
        (*plain[:1], "XRP/USD", *plain[2:]),
        (*plain[:2], 1, *plain[3:]),
    ]
    others += [(*plain[:3], "A", *plain[4:]), (*plain[:4], 2, *plain[5:])]
    others += [(*plain[:5], "exit", 1), (*plain[:6], 2)]
    assert len({client_order_id(*parts) for parts in (plain, *others)}) == 8


def test_a_position_is_named_by_slot_leg_and_cycle():
    assert position_id(3, "A", 7) == "s3-A-c7"


@pytest.mark.parametrize(
    ("prices", "walked"),
    [
        (("10", "11", "8", "9"), ("10", "11", "8", "9")),
        (("10", "12", "9", "11"), ("10", "9", "12", "11")),
        (("10", "11", "9", "10"), ("10", "9", "11", "10")),
        (("10", "10", "10", "10"), ("10", "10", "10", "10")),
    ],
)
def test_a_candle_is_walked_to_its_nearer_extreme_first(prices, walked):
    opened, high, low, close = map(Decimal, prices)
    candle = Candle(0, opened, high, low, close, Decimal(1))
    assert path(candle) == tuple(map(Decimal, walked))

"""Entries are taken off the book when the mode or a tightened limit asks for it; exits stay."""

from decimal import Decimal

import pytest
from desk_world import walk
from exchange_world import ExchangeWorld

from holdfast.desk.exchange.withdraw import entries_left, withdraw, withdraw_named
from holdfast.domain.slots import ENTRY
from holdfast.engine.parts import order_of

SWING = [(60, 10, -55, 1), (10, 60, 55, 1)] * 40


@pytest.fixture
def world():
    made = ExchangeWorld(walk(SWING), slots=3, profit_pct=Decimal(3))
    made.open()
    for _ in range(8):
        made.tick()
    yield made
    made.close()


def _roles(world):
    desk = world.desk
    orders = [order_of(desk.books.slots[slot], name) for name, slot in desk.books.orders.items()]
    return sorted(order.role.value for order in orders)


def test_every_entry_is_asked_to_end_once_and_no_exit_is(world):
    before = _roles(world)
    assert set(before) == {"entry", "exit"}
    world.desk.books.holds["operator"] = "test"
    assert withdraw(world.desk, "mode_drain") == before.count("entry")
    assert withdraw(world.desk, "mode_drain") == 0
    world.tick()
    assert entries_left(world.desk) == 0
    assert _roles(world) == ["exit"] * before.count("exit")


def test_only_the_entries_named_are_asked_to_end(world):
    desk = world.desk
    names = [
        name
        for name, slot in desk.books.orders.items()
        if order_of(desk.books.slots[slot], name).role is ENTRY
    ]
    desk.books.holds["operator"] = "test"
    withdraw_named(desk, [names[0], "nobody's"], "limit_tightened")
    world.tick()
    assert names[0] not in desk.books.orders
    assert set(names[1:]) <= set(desk.books.orders)

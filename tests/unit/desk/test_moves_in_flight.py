"""A move that was decided and has not reached the venue, while the order trades at its old size."""

from decimal import Decimal

import pytest
from desk_faults import faults
from desk_world import START, Crash, World
from strategies import STEP, TICK

from holdfast.desk.limits import Limits
from holdfast.domain.events import CycleBooked, OrderFilled, OrderRepriced
from holdfast.domain.market import MINUTE
from holdfast.engine.sizing import Sizing
from holdfast.venue.candles import Candles

CALM = ("0.1", "0.1", "0.1", "0.1")
UP_THEN_DOWN = ("0.1", "0.1012", "0.0985", "0.0990")
DOWN_THEN_UP = ("0.1", "0.1015", "0.0988", "0.1010")
CASES = [
    ("2.05", UP_THEN_DOWN),  # the buy is to shrink from 21 to 20
    ("2.04", UP_THEN_DOWN),  # and is to stay
    ("2.05", DOWN_THEN_UP),  # the sell is to grow from 20 to 21
    ("2.04", DOWN_THEN_UP),
]


def market(*rows):
    made = [(START + n * MINUTE, *map(Decimal, row), 10**6) for n, row in enumerate(rows)]
    return Candles.from_rows(made, seconds=60, tick=TICK, step=STEP)


def world_of(amount, candle, *, calls, **more):
    rest = ((candle[3],) * 4,) * 3
    return World(
        market(CALM, CALM, candle, *rest, CALM, CALM),
        slots=1,
        limits=Limits(calls_per_tick=calls),
        sizing=Sizing(base_sized=False, amount=Decimal(amount)),
        **more,
    )


def lived(world):
    world.open()
    while world.tick():
        pass


@pytest.mark.parametrize(("amount", "candle"), CASES)
@pytest.mark.parametrize("on_disk", [False, True])
def test_an_order_that_trades_before_its_move_arrives_books_what_traded(amount, candle, on_disk):
    world = world_of(amount, candle, calls=1, on_disk=on_disk)
    lived(world)
    rows = world.rows()
    assert any(isinstance(row, OrderRepriced) for row in rows)
    assert any(isinstance(row, CycleBooked) for row in rows)
    assert faults(world) == []
    world.close()


@pytest.mark.parametrize(("amount", "candle"), CASES)
def test_the_same_when_the_desk_dies_before_each_boundary(amount, candle):
    calm = world_of(amount, candle, calls=1)
    lived(calm)
    boundaries = calm.fuse.crossed
    calm.close()
    for boundary in range(1, boundaries + 1):
        world = world_of(amount, candle, calls=1)
        world.survive(lambda world=world: lived(world), boundary)
        while world.tick():
            pass
        assert (world.crashes, faults(world)) == (1, []), boundary
        world.close()


def test_a_move_lost_with_the_desk_is_made_good_at_the_next_start():
    world = world_of("2.05", UP_THEN_DOWN, calls=9)

    def lost(change):
        raise Crash

    world.open()
    world.venue.inner.reprice = lost
    world.survive(lambda: [world.tick() for _ in range(3)])
    assert world.crashes == 1
    while world.tick():
        pass
    assert faults(world) == []
    assert any(isinstance(row, OrderFilled) for row in world.rows())
    world.close()

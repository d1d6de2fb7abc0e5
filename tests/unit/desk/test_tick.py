"""One tick: what comes first, what is committed before it is sent, what a budget defers."""

from decimal import Decimal

import pytest
from desk_faults import faults
from desk_world import Crash
from strategies import SECOND

from holdfast.desk.limits import Limits
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import AnomalyNoted, ReceiptsNoted, TickNoted
from holdfast.domain.events import OrderPlaced
from holdfast.domain.observations import End, Execution
from holdfast.domain.slots import Role
from holdfast.engine.parts import order_of

CALM, DIP, RALLY = (5, 5, 0, 1), (30, 5, -20, 1), (5, 60, 50, 1)


def kinds(world, after=0):
    return [type(row).__name__ for row in world.rows()[after:]]


def test_a_first_tick_enters_both_legs_of_each_slot_buy_first(made):
    world = made([CALM])
    world.tick()
    placed = [row for row in world.rows() if isinstance(row, OrderPlaced)]
    assert [(row.slot, row.leg) for row in placed] == [(0, "B"), (0, "A"), (1, "B"), (1, "A")]
    assert faults(world) == []


@pytest.mark.parametrize(("a_tick", "orders"), [(1, [2, 4, 6]), (2, [4, 6, 6]), (7, [6, 6, 6])])
def test_so_many_new_slots_enter_in_a_tick(made, a_tick, orders):
    limits = Limits(bootstraps_per_tick=a_tick)
    world = made([CALM] * 3, slots=3, limits=limits)
    seen = []
    for _ in range(3):
        world.tick()
        seen.append(len(world.desk.books.orders))
    assert seen == orders


def test_what_was_decided_is_committed_before_any_of_it_is_sent(made):
    world = made([CALM])
    world.fuse.set(4)  # a step, then before and after the commit, then before the first send
    with pytest.raises(Crash):
        world.tick()
    assert kinds(world).count("OrderPlaced") == 4
    assert world.venue.open_orders() == []
    world.die()
    world.open()
    world.tick()
    assert faults(world) == []


def test_receipts_follow_in_a_row_of_their_own(made):
    world = made([CALM])
    world.tick()
    receipt = next(row for row in world.rows() if isinstance(row, ReceiptsNoted))
    assert set(receipt.accepted) == set(world.desk.books.orders)
    assert world.desk.books.unanswered == set()


def test_an_order_nobody_placed_is_an_anomaly_and_changes_nothing(made):
    world = made([CALM])
    world.tick()
    desk = world.desk
    before = dict(desk.books.slots)
    turn = Turn(desk, desk.now, desk.mark)
    turn.order(End(client_order_id="nobody's", status="canceled"))
    assert turn.notes == [], "an end may be told again after a start has resolved it"
    turn.order(
        Execution(
            client_order_id="nobody's",
            fill_id="x",
            price=Decimal(1),
            size=Decimal(1),
            cost=Decimal(1),
            fee=Decimal(0),
            liquidity="maker",
        )
    )
    assert [type(note) for note in turn.notes] == [AnomalyNoted]
    assert turn.events == []
    assert desk.books.slots == before
    assert desk.counters.anomalies == 1


@pytest.mark.parametrize("calls", [1, 2, 3])
def test_a_call_budget_defers_and_never_drops(made, calls):
    world = made([CALM] * 12, slots=2, limits=Limits(calls_per_tick=calls))
    for _ in range(12):
        world.tick()
    assert len(world.venue.open_orders()) == 4
    assert faults(world) == []


def test_an_exit_the_venue_refuses_is_tried_again_first_each_tick(made):
    world = made([CALM, (30, 30, 0, 1), *([CALM] * 3)], slots=2, cap=4)
    world.tick()
    world.desk.venue.inner._matching._cap = 0  # the venue takes nothing more
    world.tick()
    owed = dict(world.desk.index.owed)
    assert owed
    world.tick()
    assert world.desk.index.owed == owed
    exits = [row for row in world.rows() if isinstance(row, OrderPlaced) and row.role is Role.EXIT]
    assert max(row.attempt for row in exits) > 2
    world.desk.venue.inner._matching._cap = None
    world.tick()
    assert (world.desk.index.owed, faults(world)) == ({}, [])


def test_no_more_orders_rest_than_the_safe_part_of_the_cap_allows(made):
    world = made([CALM] * 4, slots=4, limits=Limits(order_cap=5))
    for _ in range(4):
        world.tick()
    assert len(world.venue.open_orders()) == 5
    blocks = [
        leg.block
        for slot in world.desk.books.slots.values()
        for leg in (slot.a, slot.b)
        if leg.order is None
    ]
    assert blocks == ["capacity"] * 3


def test_a_leg_without_funds_waits_and_enters_when_funds_grow(made):
    world = made([CALM] * 4, slots=2, opening=Decimal(3))
    world.tick()
    assert world.desk.index.waiting.counts() == {"balance": 2}
    assert world.desk.counters.drained == 0
    world.drain(0)
    for _ in range(3):  # the ends of its entries free what they held
        world.tick()
    assert world.desk.counters.drained == 2
    assert world.desk.index.waiting.counts() == {}
    assert faults(world) == []


def test_a_tick_that_changed_something_is_noted_and_a_quiet_one_once_a_minute(made):
    world = made([CALM] * 4)
    world.tick()
    noted = [row.tick for row in world.rows() if isinstance(row, TickNoted)]
    assert noted == [1]
    for _ in range(3):
        world.tick()
    noted = [row.tick for row in world.rows() if isinstance(row, TickNoted)]
    assert len(noted) <= 4


def test_the_same_life_twice_gives_the_same_events(made):
    rows = [CALM, DIP, RALLY, (40, 40, -30, 1), DIP, RALLY]
    hashes = set()
    for _ in range(2):
        world = made(rows, sticky=False, refresh_pct=Decimal("0.3"), s1_orphan_after=60 * SECOND)
        while world.tick():
            pass
        hashes.add(world.ledger.event_hash())
    assert len(hashes) == 1


def test_every_live_order_of_the_books_is_found_in_its_slot(made):
    world = made([CALM, DIP, RALLY])
    while world.tick():
        books = world.desk.books
        for order_id, slot_id in books.orders.items():
            assert order_of(books.slots[slot_id], order_id).client_order_id == order_id

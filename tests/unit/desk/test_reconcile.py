"""What a start finds at the venue, and what it makes of it."""

import pytest
from desk_faults import faults
from desk_world import Crash, World, walk

from holdfast.desk.reconcile import differences, reconcile
from holdfast.domain.bookkeeping import ReconcileNoted
from holdfast.domain.events import BalanceOpened, OrderEnded, OrderFilled, OrderPlaced
from holdfast.domain.intents import PlaceOrder
from holdfast.domain.slots import Role, Side

CALM, DIP = (5, 5, 0, 1), (30, 5, -20, 1)


def walked(world):
    while world.tick():
        pass


def killed(world, boundary):
    world.survive(lambda: walked(world), boundary)
    assert world.crashes == 1
    return [row for row in world.rows() if isinstance(row, ReconcileNoted)][-1]


def test_orders_that_never_arrived_end_as_refused_and_are_placed_under_new_ids(made):
    world = made([CALM] * 3)
    note = killed(world, 4)  # committed, nothing sent
    assert (note.ended, note.filled, note.agreed) == (4, 0, True)
    ended = [row for row in world.rows() if isinstance(row, OrderEnded)]
    assert {(row.status, row.reason) for row in ended} == {("refused", "not_placed")}
    world.tick()
    attempts = [row.attempt for row in world.rows() if isinstance(row, OrderPlaced)]
    assert (sorted(attempts), faults(world)) == ([1, 1, 1, 1, 2, 2, 2, 2], [])


def test_orders_that_arrived_without_a_receipt_are_kept(made):
    world = made([CALM] * 3)
    note = killed(world, 8)  # two sent
    assert (note.ended, len(world.venue.open_orders())) == (2, 2)
    world.tick()
    assert (len(world.venue.open_orders()), faults(world)) == (4, [])


def test_a_fill_the_desk_died_before_hearing_is_booked_once(made):
    world = made([CALM, DIP, CALM], slots=1)
    world.tick()
    world.fuse.set(1)  # the venue has walked the step and written it down
    with pytest.raises(Crash):
        world.tick()
    assert not [row for row in world.rows() if isinstance(row, OrderFilled)]
    world.die()
    world.open()
    fills = [row for row in world.rows() if isinstance(row, OrderFilled)]
    assert len(fills) == 1
    while world.tick():
        pass
    assert faults(world) == []


def test_a_fill_is_not_missed_when_slots_joined_at_the_start_before_it(made):
    """The joining must not be stamped later than the steps still to come."""
    world = made([CALM, DIP, DIP, CALM], slots=1)
    world.tick()
    world.slots = 2
    world.die()
    world.open()
    world.survive(lambda: walked(world), 1)
    assert world.crashes == 2
    walked(world)
    assert faults(world) == []


def test_orders_of_others_are_named_and_left_alone(made):
    world = made([CALM] * 3)
    world.tick()
    theirs = PlaceOrder(
        client_order_id="theirs",
        side=Side.BUY,
        role=Role.ENTRY,
        price=world.desk.mark * 9 / 10,
        size=world.rules.instrument.min_base,
    )
    assert world.venue.place(theirs).outcome == "accepted"
    note = reconcile(world.desk)
    assert note.foreign == ("theirs",)
    assert world.venue.order("theirs").status == "open"
    assert "theirs" not in world.desk.books.orders


def test_a_gap_between_books_and_venue_puts_up_a_hold_that_names_it(made):
    world = made([CALM] * 3)
    world.tick()
    paid_in = BalanceOpened(asset="USD", amount=world.opening, reason="nobody paid this in")
    world.desk.record(world.desk.now, [paid_in])
    (gap,) = differences(world.desk)
    assert gap.startswith("USD: venue ")
    note = reconcile(world.desk)
    assert note.agreed is False
    assert world.desk.mode() == "HALTED"
    assert "USD: venue" in world.desk.pause_reason()


def test_agreeing_twice_changes_nothing(made):
    world = made([CALM, DIP, CALM])
    world.tick()
    world.tick()
    reconcile(world.desk)
    before = dict(world.desk.books.slots)
    note = reconcile(world.desk)
    assert (note.filled, note.ended, note.agreed) == (0, 0, True)
    assert world.desk.books.slots == before


def test_opening_balances_count_once_however_often_the_first_start_dies():
    for boundary in range(1, 9):
        world = World(walk([CALM] * 2))
        world.come_back(boundary)
        opened = [row for row in world.rows() if isinstance(row, BalanceOpened)]
        assert len(opened) == 2, boundary
        world.tick()
        assert faults(world) == [], boundary
        world.close()

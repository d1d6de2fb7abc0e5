"""Exits that wait too long in a cycling slot, and in a sticky one (core F10 to F12)."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from slot_story import SlotStory, kinds

from holdfast.domain.slots import LegName, Lot, Order, Phase, Recovery, Role, Side, phase
from holdfast.engine.invariants import breaches

FINITE = {"s1_orphan_after": 1350_000_000, "s2_orphan_after": 1800_000_000}


def one_open(*, sticky=False, **rules):
    story = SlotStory(sticky=sticky, **{**FINITE, **rules})
    story.enter()
    story.fill("B")
    return story


def both_open(*, sticky=False, **rules):
    story = one_open(sticky=sticky, **rules)
    story.fill("A")
    return story


@pytest.mark.plan("001-048", "001-063", "001-150")
@pytest.mark.parametrize(
    ("waited", "gone"), [(1349, False), (1349.999999, False), (1350, True), (1351, True)]
)
def test_a_cycling_slot_sets_a_lone_exit_aside_at_its_age(waited, gone):
    story = one_open()
    story.wait(waited).timed()
    assert (len(story.slot.recoveries) == 1) is gone
    if gone:
        (recovery,) = story.slot.recoveries
        assert (recovery.reason, recovery.leg, story.slot.b.cycle) == ("s1_timeout", "B", 2)
        assert story.slot.b.order.reason == "orphan_B"


@pytest.mark.parametrize(
    ("leg", "mark", "gone"),
    [
        ("B", "0.100797", True),
        ("B", "0.100798", False),
        ("B", "0.100799", False),
        ("A", "0.099199", True),
        ("A", "0.099198", False),
        ("A", "0.099197", False),
    ],
)
def test_an_exit_the_market_has_reached_is_not_set_aside(leg, mark, gone):
    story = SlotStory(sticky=False)
    story.enter()
    story.fill(leg)
    story.wait(1350).at(mark).timed()
    assert bool(story.slot.recoveries) is gone


@pytest.mark.plan("001-048", "001-063", "001-150")
@pytest.mark.parametrize(("waited", "gone"), [(1799, False), (1800, True), (1801, True)])
def test_the_farther_of_two_exits_is_set_aside_after_their_time_together(waited, gone):
    story = both_open()
    story.at("0.1005").timed()
    assert story.slot.s2_entered_at == story.now
    story.wait(waited).timed()
    assert bool(story.slot.recoveries) is gone
    if gone:
        (recovery,) = story.slot.recoveries
        assert (recovery.leg, recovery.reason) == ("A", "s2_timeout")
        assert phase(story.slot) is Phase.S1B
        assert story.slot.a.order.price == Decimal("0.100701")
        assert (story.slot.a.cycle, story.slot.s2_entered_at) == (2, None)


def test_of_two_exits_equally_far_the_sell_is_set_aside():
    story = both_open()
    middle = (story.slot.a.order.price + story.slot.b.order.price) / 2
    story.at(middle).timed()
    story.wait(1800).timed()
    assert story.slot.recoveries[0].leg == "B"


@pytest.mark.plan("001-044", "001-148", "001-149", "001-002", "002-012")
@pytest.mark.parametrize("leg", ["A", "B"])
def test_a_lone_exit_of_a_sticky_slot_stays_whatever_its_age(leg):
    story = SlotStory(sticky=True, **FINITE)
    story.enter()
    story.fill(leg)
    before = story.slot
    for _ in range(3):
        story.wait(10 * 1800)
        assert story.timed() == []
    assert story.slot == before
    assert phase(before) is (Phase.S1A if leg == "A" else Phase.S1B)


@pytest.mark.plan("001-044", "001-046", "001-149", "001-002", "002-012")
def test_two_exits_of_a_sticky_slot_have_a_label_and_no_timer():
    story = both_open(sticky=True)
    before = story.slot
    for _ in range(3):
        story.wait(10 * 1800)
        assert story.timed() == []
    assert story.slot == before
    assert (phase(before), before.s2_entered_at, breaches(before)) == (Phase.S2, None, [])


@pytest.mark.plan("001-047")
@pytest.mark.parametrize("first", ["A", "B"])
def test_two_exits_of_a_sticky_slot_fill_independently(first):
    story = both_open(sticky=True)
    other = "B" if first == "A" else "A"
    waiting = story.order(other)
    events = story.fill(first)
    assert kinds(events) == ["OrderFilled", "CycleBooked", "OrderPlaced"]
    assert story.order(other) == waiting
    story.fill(other)
    assert (story.slot.round_trips, phase(story.slot)) == (2, Phase.S0)


def recovery(number, price, entry, fee, at):
    lot = Lot(
        cycle=number,
        price=Decimal(entry),
        size=Decimal(20),
        cost=20 * Decimal(entry),
        fee=Decimal(fee),
        opened_at=at,
        exit_price=Decimal(price),
    )
    order = Order(
        client_order_id=f"r{number}",
        local_id=100 + number,
        role=Role.EXIT,
        side=Side.SELL,
        cycle=number,
        attempt=1,
        price=Decimal(price),
        size=Decimal(20),
        hold=Decimal(20),
        placed_at=at,
        reason="entry_fill_exit",
    )
    return Recovery(
        recovery_id=number,
        leg=LegName.B,
        order=order,
        lot=lot,
        orphaned_at=at,
        reason="s1_timeout",
    )


def crowded(**rules):
    """Make a slot whose next orphan finds two recoveries, at 0.12 and 0.105."""
    story = one_open(**rules)
    rows = (
        recovery(1, "0.12", "0.118", "0.0059", 5),
        recovery(2, "0.105", "0.103", "0.00515", 6),
    )
    story.slot = replace(story.slot, recoveries=rows, next_recovery_id=3, next_local_id=200)
    return story.wait(1350).at("0.0999")


@pytest.mark.plan("001-048", "001-063", "001-150")
def test_the_farthest_recovery_makes_room_and_is_booked_at_the_mark():
    story = crowded()
    assert kinds(story.timed()) == ["EvictionStarted", "CancelAsked"]
    assert story.slot.b.lot is not None, "nothing is set aside before the cancel is proven"
    events = story.end("r1")
    assert kinds(events) == [
        "OrderEnded",
        "InventoryMoved",
        "CycleBooked",
        "ExitOrphaned",
        "OrderPlaced",
    ]
    cycle = events[2]
    assert (cycle.gross, cycle.net) == (Decimal("-0.362"), Decimal("-0.372895"))
    assert (cycle.exit_fee, cycle.unpaid_fee) == (Decimal("0.004995"), Decimal("0.004995"))
    assert (story.slot.b.losses, story.slot.realized_loss) == (1, Decimal("0.372895"))
    assert events[4].price == Decimal("0.0997")
    assert [one.recovery_id for one in story.slot.recoveries] == [2, 3]


@pytest.mark.parametrize(("cap", "evicts"), [(1, 2), (2, 1), (3, 0), (0, 2)])
def test_only_what_is_over_the_cap_is_evicted(cap, evicts):
    events = crowded(max_recoveries=cap).timed()
    assert kinds(events).count("CancelAsked") == evicts
    assert ("ExitOrphaned" in kinds(events)) is (evicts == 0)


def test_while_a_cancel_is_not_proven_it_is_not_asked_again():
    story = crowded()
    story.timed()
    assert story.timed() == []


def test_a_recovery_that_fills_while_it_is_evicted_books_the_fill():
    story = crowded()
    story.timed()
    events = story.fill("r1")
    assert kinds(events) == ["OrderFilled", "CycleBooked"]
    assert events[1].exit_price == Decimal("0.12")
    story.timed()
    assert [one.recovery_id for one in story.slot.recoveries] == [2, 3]


def test_a_filled_recovery_books_and_moves_neither_cycle_nor_entry():
    story = crowded()
    cycle = story.slot.b.cycle
    events = story.fill("r2")
    assert kinds(events) == ["OrderFilled", "CycleBooked"]
    assert (story.slot.b.cycle, events[1].next_cycle) == (cycle, cycle)


def test_a_recovery_whose_order_ends_owes_its_exit_again():
    story = crowded()
    story.end("r2")
    assert story.slot.recoveries[1].order is None
    (placed,) = story.owed()
    assert (placed.price, placed.attempt, placed.recovery_id) == (Decimal("0.105"), 2, 2)
    assert story.order("r2").client_order_id == placed.client_order_id

"""Executions, not orders: parts accumulate, a part that is left counts, an exit is owed."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from slot_story import SlotStory, kinds
from strategies import DOGE

from holdfast.domain.errors import UnknownOrder
from holdfast.domain.observations import End, Execution
from holdfast.engine.accounts import DUST, Accounts
from holdfast.engine.invariants import breaches

FINE = replace(DOGE, min_base=Decimal(2))


def story_b(**rules):
    story = SlotStory(instrument=FINE, **rules)
    story.enter("B")
    story.enter("A")
    return story


def test_parts_of_an_entry_add_up_and_the_exit_waits_for_the_last():
    story = story_b()
    assert kinds(story.fill("B", 7)) == ["OrderFilled"]
    assert kinds(story.fill("B", 8)) == ["OrderFilled"]
    assert (story.slot.b.lot, story.slot.b.order.filled) == (None, 15)
    (last, placed) = story.fill("B", 5)
    assert (last.complete, placed.role, placed.size) == (True, "exit", 20)
    lot = story.slot.b.lot
    assert (lot.size, lot.cost) == (20, 20 * Decimal("0.0998"))
    assert lot.fee == sum(e.fee for e in story.history if type(e).__name__ == "OrderFilled")


def test_holds_of_parts_add_up_to_the_hold_of_the_order():
    story = story_b()
    hold = story.slot.b.order.hold
    for size in (7, 8, 5):
        story.fill("B", size)
    fills = [event for event in story.history if type(event).__name__ == "OrderFilled"]
    assert sum(event.released for event in fills) == hold


def test_a_cycle_books_what_traded_at_the_prices_it_traded():
    story = story_b()
    story.fill("B")
    story.fill("B", 12, price="0.101")
    events = story.fill("B", 8, price="0.102")
    cycle = events[1]
    assert (cycle.size, cycle.exit_price) == (20, Decimal("0.1014"))
    assert cycle.gross == Decimal("0.101") * 12 + Decimal("0.102") * 8 - 20 * Decimal("0.0998")


def test_a_cancelled_entry_keeps_its_part_and_owes_an_exit_for_it():
    story = story_b()
    story.fill("B", 6)
    (ended, placed) = story.end("B")
    assert (ended.filled, placed.role, placed.size) == (6, "exit", 6)
    story.fill("B")
    cycle = next(event for event in story.history if type(event).__name__ == "CycleBooked")
    assert (cycle.size, cycle.entry_price) == (6, Decimal("0.0998"))


@pytest.mark.parametrize(
    ("leg", "part", "dusted"), [("B", 1, True), ("B", 2, False), ("A", 1, True), ("A", 3, False)]
)
def test_a_part_below_the_smallest_size_goes_to_dust(leg, part, dusted):
    story = story_b()
    story.fill(leg, part)
    events = story.end(leg)
    assert ("LotDusted" in kinds(events)) is dusted
    if dusted:
        assert (story.leg(leg).lot, story.leg(leg).cycle) == (None, 2)
        assert breaches(story.slot) == []


@pytest.mark.parametrize("leg", ["A", "B"])
def test_dust_leaves_the_account_of_its_slot_at_cost(leg):
    story = story_b()
    story.fill(leg, 1)
    story.end(leg)
    accounts = Accounts("DOGE", "USD")
    for event in story.history:
        accounts.apply(event)
    cost = story.history[2].cost
    sign = -1 if leg == "B" else 1
    assert accounts.balances["slot:0", "DOGE"] == accounts.balances["slot:0", "USD"] == 0
    assert accounts.balances[DUST, "DOGE"] == sign
    assert accounts.balances[DUST, "USD"] == -sign * cost
    assert set(accounts.sums().values()) == {0}


def test_the_rest_of_an_exit_below_the_smallest_size_is_dust_and_the_cycle_is_booked():
    story = story_b()
    story.fill("B")
    story.fill("B", 19)
    story.end("B", status="expired")
    events = story.owed()
    assert kinds(events)[:2] == ["InventoryMoved", "CycleBooked"]
    assert (events[0].target, events[0].base, events[1].size) == (DUST, 1, 19)
    assert (story.slot.b.lot, story.slot.b.cycle, breaches(story.slot)) == (None, 2, [])


def test_an_exit_that_ended_early_is_owed_and_placed_again_for_what_is_left():
    story = story_b()
    story.fill("B")
    first = story.order("B")
    story.fill("B", 8)
    assert kinds(story.end("B", status="expired")) == ["OrderEnded"]
    assert (story.slot.b.order, story.slot.b.lot.closed) == (None, 8)
    (placed,) = story.owed()
    assert (placed.size, placed.attempt, placed.cycle) == (12, first.attempt + 1, first.cycle)
    assert placed.client_order_id != first.client_order_id
    cycle = story.fill("B")[1]
    assert cycle.size == 20


@pytest.mark.parametrize("reason", ["insufficient_funds", "post_only", "open_order_cap"])
def test_a_refused_exit_is_owed_until_one_rests(reason):
    story = story_b()
    story.fill("B")
    for attempt in (2, 3, 4):
        story.end("B", status="refused", reason=reason)
        assert story.slot.b.lot is not None
        (placed,) = story.owed(block="hold")
        assert placed.attempt == attempt
    assert story.owed() == []


@pytest.mark.parametrize(
    ("reason", "block"),
    [
        ("insufficient_funds", "balance"),
        ("open_order_cap", "capacity"),
        ("min_size", "min_size"),
        ("min_cost", "min_size"),
        ("stale_price", "stale_price"),
        ("post_only", "deferred"),
        ("anything", "deferred"),
    ],
)
def test_a_refused_entry_names_why_its_leg_is_idle(reason, block):
    story = story_b()
    story.end("B", status="refused", reason=reason)
    assert (story.slot.b.order, story.slot.b.block) == (None, block)
    story.enter("B")
    assert (story.slot.b.order.attempt, story.slot.b.block) == (2, "none")


@pytest.mark.parametrize(
    "seen",
    [
        End(client_order_id="nobody's", status="canceled"),
        Execution(
            client_order_id="nobody's",
            fill_id="f",
            price=Decimal(1),
            size=Decimal(1),
            cost=Decimal(1),
            fee=Decimal(0),
            liquidity="maker",
        ),
    ],
)
def test_an_order_nobody_placed_raises_and_changes_nothing(seen):
    story = story_b()
    before = story.slot
    with pytest.raises(UnknownOrder, match="nobody's"):
        story.do(seen)
    assert story.slot == before


def test_an_execution_larger_than_its_order_raises():
    story = story_b()
    with pytest.raises(UnknownOrder, match="more than its size"):
        story.fill("B", 21)


def test_a_partly_filled_entry_is_cancelled_and_never_moved():
    story = story_b()
    story.fill("B", 6)
    (asked,) = story.at("0.11").moved()
    assert kinds([asked]) == ["CancelAsked"]

"""What a closed round trip books, and what it does to its leg (core F6, F7)."""

from decimal import Decimal

import pytest
from slot_story import SlotStory, kinds

from holdfast.domain.events import CycleBooked

SECOND = 1_000_000


def booked(story):
    return [event for event in story.history if isinstance(event, CycleBooked)][-1]


def test_leg_b_books_the_figures_of_a_recorded_run():
    story = SlotStory()
    story.enter("B")
    story.fill("B", fee="0.00499")
    story.fill("B", fee="0.00504")
    row = booked(story)
    assert (row.entry_price, row.exit_price, row.size) == (
        Decimal("0.0998"),
        Decimal("0.100798"),
        20,
    )
    assert (row.gross, row.net) == (Decimal("0.01996"), Decimal("0.00993"))
    assert (row.quote_fee, row.settled) == (Decimal("0.00504"), Decimal("0.01492"))
    assert story.slot.fees == Decimal("0.01003")


def test_leg_a_books_the_figures_of_a_recorded_run():
    story = SlotStory()
    story.enter("A")
    story.fill("A", fee="0.00501")
    story.fill("A", fee="0.00496")
    row = booked(story)
    assert (row.gross, row.net) == (Decimal("0.02004"), Decimal("0.01007"))
    assert (row.quote_fee, row.settled) == (Decimal("0.00501"), Decimal("0.01503"))


def test_totals_of_a_slot_are_the_sums_of_its_cycles():
    story = SlotStory()
    story.enter()
    for name in ("B", "A", "B", "A", "B", "B", "A", "A"):
        story.fill(name)
    rows = [event for event in story.history if isinstance(event, CycleBooked)]
    slot = story.slot
    assert slot.round_trips == len(rows) == 4
    assert slot.net_profit == sum(row.net for row in rows)
    assert slot.settled == sum(row.settled for row in rows)
    assert slot.fees == sum(row.entry_fee + row.exit_fee for row in rows)


def test_a_closed_leg_starts_its_next_cycle_and_enters_again():
    story = SlotStory()
    story.enter("B")
    story.fill("B")
    assert kinds(story.fill("B")) == ["OrderFilled", "CycleBooked", "OrderPlaced"]
    assert (story.slot.b.cycle, story.slot.b.order.cycle, story.slot.b.order.attempt) == (2, 2, 1)


def lose(story, net="-0.03"):
    """Close one cycle of leg B with so much of a loss."""
    if story.slot.b.order is None:
        story.enter("B")
    story.fill("B", fee=0)
    lot = story.slot.b.lot
    story.fill("B", price=lot.price + Decimal(net) / lot.size, fee=0)
    return story.slot.b


def test_six_losses_in_a_row_widen_then_rest():
    story = SlotStory()
    seen = []
    for number in range(1, 7):
        if number == 6:
            story.wait(900)
        leg = lose(story)
        seen.append((leg.losses, leg.order and str(leg.order.price), str(story.slot.realized_loss)))
    assert [row[0] for row in seen] == [1, 2, 3, 4, 5, 6]
    assert [row[1] for row in seen] == ["0.099800", "0.099800", "0.099700", "0.099600", None, None]
    assert story.slot.realized_loss == Decimal("0.18")
    assert story.slot.b.block == "cooldown"
    assert story.slot.b.cooldown_until == story.now + 900 * SECOND


@pytest.mark.parametrize(("start", "placed"), [(2, False), (3, True), (4, True)])
def test_a_leg_rests_from_the_streak_named_on(start, placed):
    story = SlotStory(loss_cooldown_start=start)
    lose(story)
    assert (lose(story).order is not None) is placed


@pytest.mark.parametrize(("net", "losses"), [("-0.00000001", 3), ("0", 0), ("0.00000001", 0)])
def test_a_net_of_nothing_ends_a_losing_streak(net, losses):
    story = SlotStory()
    lose(story)
    lose(story)
    story.fill("B", fee=0)
    lot = story.slot.b.lot
    cost = lot.size * lot.price
    story.fill("B", price=(cost + Decimal(net)) / lot.size, fee=0)
    assert story.slot.b.losses == losses


@pytest.mark.parametrize(("waited", "enters"), [(59.999999, False), (60, True), (60.000001, True)])
def test_a_leg_in_cooldown_enters_at_its_time(waited, enters):
    story = SlotStory(reentry_cooldown=60 * SECOND)
    story.enter("B")
    story.fill("B")
    story.fill("B")
    assert (story.slot.b.order, story.slot.b.block) == (None, "cooldown")
    story.wait(waited).enter("B")
    assert (story.slot.b.order is not None) is enters


def test_a_cooldown_is_never_shortened():
    story = SlotStory(loss_cooldown_start=1, reentry_cooldown=60 * SECOND)
    lose(story)
    until = story.slot.b.cooldown_until
    assert until == story.now + 900 * SECOND
    story.wait(900).enter("B")
    story.fill("B")
    story.fill("B")
    assert story.slot.b.cooldown_until == story.now + 60 * SECOND > until


def test_positions_open_with_the_exit_and_close_with_the_cycle():
    story = SlotStory(positions=True)
    story.enter("B")
    assert kinds(story.fill("B")) == ["OrderFilled", "OrderPlaced", "PositionOpened"]
    closing = story.fill("B")
    assert kinds(closing) == ["OrderFilled", "CycleBooked", "PositionClosed", "OrderPlaced"]
    assert closing[2].net == closing[1].net

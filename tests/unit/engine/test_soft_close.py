"""A recovery that a person sends to just off the mark, and the look at what the next timer would do."""

from decimal import Decimal

import pytest
from slot_story import SlotStory, kinds

from holdfast.domain.errors import InvariantBroken
from holdfast.domain.slots import Block, OrderStatus
from holdfast.engine.inputs import SoftCloseWanted
from holdfast.engine.preview import next_timer
from holdfast.engine.rules import NEVER
from holdfast.engine.timers import orphan_due

FINITE = {"s1_orphan_after": 1350_000_000, "s2_orphan_after": 1800_000_000}


def set_aside(leg="B", **rules):
    """Make a slot with one recovery."""
    story = SlotStory(sticky=False, **{**FINITE, **rules})
    story.enter()
    story.fill(leg)
    story.wait(1350).timed()
    assert len(story.slot.recoveries) == 1
    return story


@pytest.mark.parametrize(
    ("leg", "mark", "price"), [("B", "0.05", "0.0501"), ("A", "0.2", "0.1996")]
)
def test_a_soft_close_cancels_first_and_rests_just_off_the_mark_once_that_is_proven(
    leg, mark, price
):
    story = set_aside(leg).at(mark)
    before = story.order("r1")
    assert kinds(story.do(SoftCloseWanted(1))) == ["CancelAsked"]
    (recovery,) = story.slot.recoveries
    assert (recovery.reason, recovery.order.status) == ("soft_close", OrderStatus.CANCELING)
    assert story.do(SoftCloseWanted(1)) == []
    assert story.owed() == [], "nothing is placed while the old order may still fill"
    story.end("r1")
    assert kinds(story.owed()) == ["OrderPlaced"]
    after = story.order("r1")
    assert after.price == Decimal(price)
    assert (after.size, after.attempt) == (before.size, before.attempt + 1)
    assert after.client_order_id != before.client_order_id


def test_a_recovery_that_fills_while_its_soft_close_is_on_the_way_is_booked_once():
    story = set_aside().at("0.05")
    story.do(SoftCloseWanted(1))
    events = kinds(story.fill("r1"))
    assert events == ["OrderFilled", "CycleBooked"]
    assert story.slot.recoveries == ()
    assert story.slot.round_trips == 1


def test_a_part_that_filled_before_the_cancel_is_kept_and_only_the_rest_is_placed_again():
    story = set_aside().at("0.05")
    size = story.order("r1").size
    story.fill("r1", "5")
    story.do(SoftCloseWanted(1))
    story.end("r1")
    story.owed()
    assert story.order("r1").size == size - 5
    story.fill("r1")
    assert story.slot.recoveries == ()


def test_a_recovery_that_was_not_asked_to_close_keeps_its_own_price():
    story = set_aside().at("0.05")
    price = story.order("r1").price
    story.end("r1")
    story.owed()
    assert story.order("r1").price == price


def test_a_recovery_nobody_knows_cannot_be_closed():
    with pytest.raises(InvariantBroken, match="no recovery 2"):
        set_aside().do(SoftCloseWanted(2))


def test_the_next_timer_of_a_slot_without_exits_does_nothing():
    story = SlotStory(sticky=True, **FINITE)
    story.enter()
    found = next_timer(story.slot, story.rules, story.now, story.mark)
    assert (found.at, found.orphan) == (NEVER, None)


@pytest.mark.parametrize(("waited", "left"), [(0, 1350), (1349, 1), (1350, 0), (2000, 0)])
def test_the_next_timer_of_a_lone_exit_sets_it_aside_at_its_age(waited, left):
    story = SlotStory(sticky=True, **FINITE)
    story.enter()
    story.fill("B")
    story.wait(waited)
    found = next_timer(story.slot, story.rules, story.now, story.mark)
    assert (found.at - story.now) == left * 1_000_000
    assert (found.orphan.leg, found.orphan.recovery_id) == ("B", 1)
    assert found.orphan.reason == "s1_timeout"


def test_the_next_timer_of_both_exits_waits_for_their_time_together():
    story = SlotStory(sticky=True, **FINITE)
    story.enter()
    story.fill("B")
    story.fill("A")
    story.at("0.1005")
    found = next_timer(story.slot, story.rules, story.now, story.mark)
    assert found.at - story.now == 1800_000_000
    assert (found.orphan.leg, found.orphan.reason) == ("A", "s2_timeout")


def test_the_next_timer_does_nothing_to_an_exit_the_market_has_come_to():
    story = SlotStory(sticky=True, **FINITE)
    story.enter()
    story.fill("B")
    found = next_timer(story.slot, story.rules, story.now, Decimal("0.2"))
    assert (found.orphan, found.evicted) == (None, ())


def test_what_the_look_says_is_what_the_timer_then_does():
    story = set_aside(max_recoveries=1)
    story.fill("B")
    found = next_timer(story.slot, story.rules, story.now, story.mark)
    assert (found.orphan, found.evicted) == (None, (1,))
    story.wait((found.at - story.now) / 1_000_000)
    assert kinds(story.timed()) == ["EvictionStarted", "CancelAsked"]


def test_a_cycling_slot_without_exits_has_no_orphan_timer():
    story = SlotStory(sticky=False, **FINITE)
    story.enter()
    assert orphan_due(story.slot, story.rules) == NEVER
    assert story.leg("A").block is Block.NONE

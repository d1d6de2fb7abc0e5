"""Which slots are looked at, and in which order idle legs are served."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from slot_story import SlotStory
from strategies import SECOND

from holdfast.desk.index import SlotIndex, owes
from holdfast.desk.waiting import Waiting
from holdfast.domain.slots import Block, LegName
from holdfast.engine.rules import NEVER


def entered(**rules):
    story = SlotStory(**rules)
    story.enter()
    return story


def test_resting_entries_are_on_the_ladder_and_exits_are_not():
    story = entered()
    index = SlotIndex(story.rules)
    index.update(story.slot, story.now)
    assert len(index.ladder) == 2
    story.fill("B")
    index.update(story.slot, story.now)
    assert len(index.ladder) == 1
    index.forget(0)
    assert (len(index.ladder), index.timers.next()) == (0, NEVER)


def test_an_entry_that_rests_from_chasing_sleeps_until_its_pause_is_over():
    story = entered(max_refreshes=1)
    story.at("0.102").moved()
    index = SlotIndex(story.rules)
    index.update(story.slot, story.now)
    assert len(index.ladder) == 1
    assert index.timers.next() == story.now + 300 * SECOND
    index.update(story.slot, story.now + 300 * SECOND)
    assert len(index.ladder) == 2


@pytest.mark.parametrize(("sticky", "due"), [(True, NEVER), (False, 1350 * SECOND)])
def test_only_a_cycling_slot_has_a_timer_for_its_exit(sticky, due):
    story = entered(sticky=sticky)
    story.fill("B")
    index = SlotIndex(story.rules)
    index.update(story.slot, story.now)
    assert index.timers.next() == (due if sticky else story.now + due)


def test_a_slot_owes_an_exit_that_does_not_rest():
    story = entered()
    story.fill("B")
    assert not owes(story.slot)
    story.end("B", status="refused", reason="post_only")
    assert owes(story.slot)
    index = SlotIndex(story.rules)
    index.update(story.slot, story.now)
    assert list(index.owed) == [0]
    story.owed()
    index.update(story.slot, story.now)
    assert index.owed == {}


def idle(slot_id, block):
    slot = replace(SlotStory().slot, slot_id=slot_id)
    return replace(slot, a=replace(slot.a, block=block), b=replace(slot.b, block=block))


def test_legs_stand_in_the_line_of_their_reason_first_come_first():
    waiting = Waiting()
    for slot_id in (3, 1, 2):
        waiting.update(idle(slot_id, Block.DEFERRED))
    assert [slot for slot, leg in waiting.line(Block.DEFERRED) if leg is LegName.B] == [3, 1, 2]
    waiting.requeue((3, LegName.B))
    assert list(waiting.line(Block.DEFERRED))[-1] == (3, LegName.B)
    waiting.update(idle(1, Block.BALANCE))
    assert waiting.counts() == {Block.BALANCE: 2, Block.DEFERRED: 4}


@pytest.mark.parametrize("block", [Block.PACING, Block.BUDGET, Block.DEFERRED, Block.HOLD])
def test_what_the_next_tick_may_serve_presses(block):
    waiting = Waiting()
    assert not waiting.presses(room=True, fresh=True, funds=True, advice=True)
    waiting.update(idle(0, block))
    assert waiting.presses(room=False, fresh=False, funds=False, advice=False)


@pytest.mark.parametrize(
    ("block", "gone"),
    [
        (Block.CAPACITY, "room"),
        (Block.STALE_PRICE, "fresh"),
        (Block.BALANCE, "funds"),
        (Block.REGIME, "advice"),
        (Block.MOMENTUM, "advice"),
    ],
)
def test_other_reasons_press_once_they_are_gone(block, gone):
    waiting = Waiting()
    waiting.update(idle(0, block))
    none = {"room": False, "fresh": False, "funds": False, "advice": False}
    assert not waiting.presses(**none)
    assert waiting.presses(**{**none, gone: True})
    assert not waiting.presses(**{**dict.fromkeys(none, True), gone: False})


@pytest.mark.parametrize("block", [Block.COOLDOWN, Block.MIN_SIZE])
def test_legs_that_wait_for_a_time_stand_in_no_line(block):
    waiting = Waiting()
    waiting.update(idle(0, block))
    assert not waiting


def test_legs_of_a_leaving_slot_stand_in_no_line():
    waiting = Waiting()
    waiting.update(replace(idle(0, Block.DEFERRED), draining=True))
    assert not waiting


def test_a_leg_below_the_smallest_size_looks_again_after_a_minute():
    story = SlotStory(mark="0.18")
    story.enter()
    assert story.slot.b.block == "min_size"
    index = SlotIndex(story.rules)
    index.update(story.slot, story.now)
    assert index.timers.next() == story.now + 60 * SECOND
    story.wait(60).at(Decimal("0.1")).enter()
    assert story.slot.b.order is not None

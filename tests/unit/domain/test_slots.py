"""Phases and one-sided flags are read off the legs (core 1.3, 1.8)."""

import pytest
from msgspec.structs import replace
from slot_story import SlotStory

from holdfast.domain.slots import (
    Block,
    LegName,
    Phase,
    Side,
    entry_side,
    exit_side,
    is_idle,
    one_sided,
    phase,
)


def slot_with(*, a="idle", b="idle", block=Block.NONE):
    """Make a slot whose legs are idle, resting an entry, or waiting with an exit."""
    story = SlotStory()
    for name, state in (("A", a), ("B", b)):
        if state != "idle":
            story.enter(name)
        if state == "exit":
            story.fill(name)
    slot = story.slot
    return replace(slot, a=replace(slot.a, block=block), b=replace(slot.b, block=block))


@pytest.mark.parametrize(
    ("a", "b", "label"),
    [
        ("idle", "idle", Phase.S0),
        ("entry", "entry", Phase.S0),
        ("exit", "entry", Phase.S1A),
        ("exit", "idle", Phase.S1A),
        ("entry", "exit", Phase.S1B),
        ("exit", "exit", Phase.S2),
    ],
)
def test_the_phase_is_the_set_of_exits(a, b, label):
    assert phase(slot_with(a=a, b=b)) is label


@pytest.mark.parametrize(
    ("a", "b", "flags"),
    [
        ("idle", "idle", (False, False)),
        ("idle", "entry", (True, False)),
        ("entry", "idle", (False, True)),
        ("entry", "entry", (False, False)),
        ("idle", "exit", (True, False)),
        ("exit", "idle", (False, True)),
        ("exit", "exit", (False, False)),
        ("exit", "entry", (False, False)),
    ],
)
def test_a_slot_with_one_idle_leg_is_one_sided(a, b, flags):
    assert one_sided(slot_with(a=a, b=b))[:2] == flags


@pytest.mark.parametrize(
    ("block", "source"),
    [(Block.NONE, "balance"), (Block.REGIME, "regime"), (Block.COOLDOWN, "cooldown")],
)
def test_a_one_sided_slot_names_its_reason_and_balance_without_one(block, source):
    assert one_sided(slot_with(b="entry", block=block))[2] == source


def test_a_leg_closes_on_the_other_side():
    for leg in LegName:
        assert {entry_side(leg), exit_side(leg)} == {Side.BUY, Side.SELL}
    assert entry_side(LegName.A) is Side.SELL


def test_a_leg_that_owes_an_exit_is_not_idle():
    story = SlotStory()
    story.enter("B")
    story.fill("B")
    story.end("B", status="refused", reason="post_only")
    assert story.slot.b.order is None
    assert not is_idle(story.slot.b)

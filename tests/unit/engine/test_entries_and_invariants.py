"""When a leg enters and why it does not (core F8); what the live check calls broken (core 1.7)."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from slot_story import SlotStory, kinds

from holdfast.domain.errors import InvariantBroken
from holdfast.domain.events import OrderEnded, OrderRepriced, SlotDrained
from holdfast.domain.slots import Block, Direction, LegName, OrderStatus, Role, Side
from holdfast.engine.fold import evolve
from holdfast.engine.inputs import CancelWanted, EntryWanted
from holdfast.engine.invariants import breaches
from holdfast.engine.parts import order_of, recovery_of


@pytest.mark.parametrize("block", [block for block in Block if block is not Block.NONE])
def test_a_block_keeps_every_leg_out_and_is_noted_once(block):
    story = SlotStory()
    story.slot = replace(
        story.slot,
        a=replace(story.slot.a, block=Block.NONE),
        b=replace(story.slot.b, block=Block.NONE),
    )
    assert kinds(story.enter(block=block)) == ["LegBlocked", "LegBlocked"]
    assert story.enter(block=block) == []
    assert (story.slot.a.block, story.slot.b.block) == (block, block)
    assert breaches(story.slot) == []


def test_a_block_of_one_leg_leaves_the_other_free():
    story = SlotStory()
    story.enter(blocks={LegName.A: Block.REGIME})
    assert (story.slot.a.block, story.slot.b.order is not None) == (Block.REGIME, True)


def test_the_time_a_leg_began_to_wait_stays_until_it_enters():
    story = SlotStory()
    story.enter(block=Block.HOLD)
    since = story.slot.b.blocked_at
    story.wait(60).enter(block=Block.BALANCE)
    assert story.slot.b.blocked_at == since
    story.enter()
    assert (story.slot.b.block, story.slot.b.blocked_at) == (Block.NONE, 0)


@pytest.mark.parametrize(
    ("quote", "base", "entered"),
    [
        ("2.00099", "20", "BA"),
        ("2.00098999", "20", "A"),
        ("2.00099", "19", "B"),
        ("0", "0", ""),
    ],
)
def test_an_entry_needs_the_whole_of_what_it_holds(quote, base, entered):
    story = SlotStory()
    story.enter(spare_quote=Decimal(quote), spare_base=Decimal(base))
    assert "".join(name for name in "BA" if story.leg(name).order) == entered
    for name in set("AB") - set(entered):
        assert story.leg(name).block is Block.BALANCE


def test_an_amount_may_be_given_to_one_leg_or_to_one_entry():
    story = SlotStory()
    story.enter(amounts={LegName.B: Decimal(3)})
    assert (story.slot.b.order.size, story.slot.a.order.size) == (30, 20)
    other = SlotStory()
    other.do(EntryWanted(leg=LegName.B, reason="more", amount=Decimal(4)))
    assert other.slot.b.order.size == 40


def test_a_busy_leg_is_not_entered_twice():
    story = SlotStory()
    story.enter()
    assert story.enter() == []
    story.fill("B")
    assert story.enter() == []


def test_a_leaving_slot_does_not_enter_and_keeps_its_exit():
    story = SlotStory()
    story.enter()
    story.fill("B")
    story.slot = evolve(story.slot, SlotDrained(slot=0, reason="asked"), story.now)
    assert kinds(story.withdraw()) == ["CancelAsked"]
    story.end("A")
    assert story.slot.b.order.role is Role.EXIT
    story.enter()
    assert story.slot.a.block is Block.OPERATOR
    story.fill("B")
    assert (story.slot.b.order, story.slot.b.block) == (None, Block.OPERATOR)
    assert breaches(story.slot) == []


def sound():
    story = SlotStory()
    story.enter()
    story.fill("B")
    return story.slot


def bent(slot, leg, **changes):
    """Change the order of a leg."""
    old = slot.a if leg == "A" else slot.b
    new = replace(old, order=replace(old.order, **changes))
    return replace(slot, **{leg.lower(): new})


BROKEN = [
    (
        lambda s: replace(s, a=replace(s.a, order=None)),
        "S1b must be one sell exit + one sell entry",
    ),
    (lambda s: replace(s, s2_entered_at=5), "s2_entered_at must be null outside S2"),
    (lambda s: replace(s, a=replace(s.a, cycle=0)), "cycle of leg A must be at least 1"),
    (lambda s: bent(s, "A", side=Side.BUY), "entry of leg A must sell"),
    (lambda s: bent(s, "B", side=Side.BUY), "exit of leg B must sell"),
    (lambda s: bent(s, "A", size=Decimal(0)), "must have a size"),
    (lambda s: bent(s, "A", filled=Decimal(20)), "must have something left to fill"),
    (lambda s: bent(s, "A", role=Role.EXIT), "must rest an exit for its lot"),
    (lambda s: bent(s, "A", local_id=99), "a local_id must be below the next one"),
    (
        lambda s: bent(s, "A", client_order_id=s.b.order.client_order_id),
        "duplicate client_order_id",
    ),
    (
        lambda s: replace(s, b=replace(s.b, lot=replace(s.b.lot, price=Decimal(0)))),
        "exit of leg B must have an entry price",
    ),
    (
        lambda s: replace(s, b=replace(s.b, lot=replace(s.b.lot, closed=Decimal(21)))),
        "must close at most what its entry filled",
    ),
    (lambda s: replace(s, b=replace(s.b, order=None, lot=None)), "short_only"),
]


@pytest.mark.parametrize(("bend", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_the_live_check_names_each_way_a_slot_can_be_broken(bend, said):
    slot = sound()
    assert breaches(slot) == []
    if said == "short_only":
        bare = replace(slot, b=replace(slot.b, order=None, lot=None, block=Block.NONE))
        assert breaches(bare) == ["S0 must be exactly A sell entry + B buy entry"]
        return
    assert any(said in text for text in breaches(bend(slot)))


def test_folding_an_event_of_an_order_that_is_not_there_raises():
    slot = sound()
    moved = OrderRepriced(
        slot=0,
        leg=LegName.A,
        client_order_id="nobody's",
        local_id=9,
        revision=1,
        price=Decimal(1),
        size=Decimal(1),
        hold=Decimal(1),
        released=Decimal(1),
        reason="",
        refreshes=1,
        direction=Direction.UP,
        mark=Decimal(1),
        rules="",
    )
    with pytest.raises(InvariantBroken, match="nobody's"):
        evolve(slot, moved, 1)
    ended = OrderEnded(
        slot=0,
        leg=LegName.A,
        role=Role.EXIT,
        client_order_id="x",
        side=Side.BUY,
        status="canceled",
        reason="",
        filled=Decimal(0),
        released=Decimal(0),
        recovery_id=4,
    )
    with pytest.raises(InvariantBroken, match="no recovery 4"):
        evolve(slot, ended, 1)
    with pytest.raises(InvariantBroken, match="no live order"):
        order_of(slot, "x")
    with pytest.raises(InvariantBroken, match="no recovery"):
        recovery_of(slot, 1)


def test_only_the_entry_named_is_withdrawn():
    story = SlotStory()
    story.enter()
    story.do(CancelWanted(reason="x", client_order_id=story.slot.a.order.client_order_id))
    assert story.slot.a.order.status is OrderStatus.CANCELING
    assert story.slot.b.order.status is OrderStatus.PLACED

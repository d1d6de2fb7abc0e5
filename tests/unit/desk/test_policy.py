"""Advisers shape entries and nothing else; policies are asked when their time has come."""

from decimal import Decimal
from itertools import pairwise

from holdfast.domain.bookkeeping import AnomalyNoted
from holdfast.domain.events import OrderPlaced
from holdfast.domain.market import MINUTE
from holdfast.domain.slots import LEG_A, LEG_B, Block
from holdfast.engine.advice import NO_ADVICE, Advice
from holdfast.engine.rules import NEVER

CALM = (5, 5, 0, 1)


class Fixed:
    """Advises the same of every slot until it is silenced."""

    def __init__(self, advice):
        self.advice = advice

    def advise(self, slot, now):
        del slot, now
        return self.advice


class EveryTwoMinutes:
    """Notes that it was asked, every two minutes from the first step on."""

    def __init__(self):
        self.next = 0

    def due(self):
        return self.next

    def decide(self, turn):
        self.next = turn.at + 2 * MINUTE
        turn.notes.append(AnomalyNoted(kind="asked", detail=str(turn.at)))


def test_a_leg_an_adviser_blocks_has_no_entry_and_says_why(made):
    world = made([CALM] * 2)
    adviser = Fixed(Advice(blocks={LEG_A: Block.REGIME}))
    world.desk.advisers = (adviser,)
    world.tick()
    slots = world.desk.books.slots.values()
    assert all(slot.a.block is Block.REGIME and slot.a.order is None for slot in slots)
    assert all(slot.b.order is not None for slot in slots)


def test_the_first_adviser_to_speak_of_a_leg_is_followed(made):
    world = made([CALM])
    world.desk.advisers = (
        Fixed(NO_ADVICE),
        Fixed(Advice(blocks={LEG_A: Block.REGIME}, amounts={LEG_B: Decimal(3)})),
        Fixed(Advice(blocks={LEG_A: Block.MOMENTUM}, amounts={LEG_B: Decimal(5)})),
    )
    world.tick()
    slot = next(iter(world.desk.books.slots.values()))
    assert slot.a.block is Block.REGIME
    placed = next(row for row in world.rows() if isinstance(row, OrderPlaced))
    assert placed.leg is LEG_B
    assert Decimal("2.9") < placed.price * placed.size < Decimal("3.1")


def test_a_policy_is_asked_at_its_time_and_what_it_notes_is_committed(made):
    world = made([CALM] * 5)
    policy = EveryTwoMinutes()
    world.desk.policies = (policy,)
    for _ in range(5):
        world.tick()
    asked = [int(row.detail) for row in world.rows() if isinstance(row, AnomalyNoted)]
    gaps = {later - earlier for earlier, later in pairwise(asked)}
    assert len(asked) >= 2
    assert all(2 * MINUTE <= gap < 3 * MINUTE for gap in gaps)


def test_a_policy_with_nothing_to_do_wakes_nobody(made):
    world = made([CALM] * 3)
    world.desk.policies = (EveryTwoMinutes(),)
    world.desk.policies[0].next = NEVER
    for _ in range(3):
        world.tick()
    assert not [row for row in world.rows() if isinstance(row, AnomalyNoted)]

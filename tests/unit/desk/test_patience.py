"""Deferred entries are asked for again when their time is over, and nobody looks at them before."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from holdfast.desk.regime.advisers import MomentumAdviser
from holdfast.desk.regime.patience import Patience
from holdfast.desk.regime.stance import Held, Stance
from holdfast.domain.market import MINUTE
from holdfast.domain.slots import Block
from holdfast.engine.readings import Readings
from holdfast.engine.rules import NEVER

CALM = (5, 5, 0, 1)
RISING = Readings(at=0, momentum=1, momentum_ready=True, adx=Decimal(30), adx_ready=True)


@pytest.fixture
def deferred(made):
    world = made([CALM] * 30)
    desk, held = world.desk, Held(Stance(momentum_act=True, longest=7 * MINUTE))
    desk.readings = RISING
    desk.policies = (Patience(desk, held),)
    desk.advisers = (MomentumAdviser(desk, held),)
    desk.watch_again()
    while not desk.index.waiting.line(Block.MOMENTUM):
        world.tick()
    world.tick()
    return world


def test_nobody_looks_at_a_deferred_entry_before_its_time_and_it_enters_then(deferred):
    desk = deferred.desk
    began = min(slot.a.blocked_at for slot in desk.books.slots.values() if slot.a.blocked_at)
    assert desk.watch.due == began + 7 * MINUTE
    assert not desk.watch.always
    steps, line = desk.counters.steps, desk.index.waiting.line(Block.MOMENTUM)
    while line and desk.now < began + 7 * MINUTE:
        before = desk.counters.steps
        deferred.tick()
        assert desk.counters.steps - before <= 1 or desk.now >= began + 7 * MINUTE
    assert desk.counters.steps > steps
    assert not line
    assert all(slot.a.order is not None for slot in desk.books.slots.values())
    assert desk.policies[0].due() == NEVER


def test_a_leg_that_could_not_enter_when_its_time_came_is_tried_until_it_does(deferred):
    desk = deferred.desk
    limits, desk.limits = desk.limits, replace(desk.limits, order_cap=0)
    due = desk.watch.due
    while desk.now < due:
        deferred.tick()
    assert all(slot.a.order is None for slot in desk.books.slots.values())
    desk.limits = limits
    desk.watch_again()
    deferred.tick()
    deferred.tick()
    assert all(slot.a.order is not None for slot in desk.books.slots.values())


def test_a_change_of_the_stance_ends_every_patience(deferred):
    patience = deferred.desk.policies[0]
    assert patience.due() < NEVER
    patience._held.adopt(Stance())
    assert patience.due() == NEVER

"""Stateful: whatever keeps sides away, each comes back soon after the last reason is gone.

A desk is put through regimes, funds, caps, holds and refusals in any order. Whenever it is looked at,
every side that is missing has a reason on record. When the reasons are taken away, every slot is
two-sided within as many ticks as the waiting entries need at the allowance of a tick, and three more.
"""

from decimal import Decimal

import pytest
from desk_faults import faults
from desk_world import World, walk
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from holdfast.desk.limits import Limits, Repairs
from holdfast.desk.rules_change import apply_rules
from holdfast.domain.events import LegBlocked
from holdfast.domain.slots import LEG_A, LEG_B, Block, is_idle
from holdfast.engine.advice import NO_ADVICE, Advice
from holdfast.engine.bootstrap import EXEMPT
from holdfast.engine.sizing import Sizing

CALM = (5, 5, 0, 1)  # never as far as an entry rests
LIVELY = (30, 30, 0, 1)  # fills entries on both sides
SMALL, LARGE = Decimal(2), Decimal(400)
sides = st.sampled_from([None, LEG_A, LEG_B])
reasons = st.sampled_from([Block.REGIME, Block.MOMENTUM])
limits = st.builds(
    Limits,
    calls_per_tick=st.sampled_from([2, 5, 20]),
    entries_per_tick=st.sampled_from([1, 2, 5]),
    bootstraps_per_tick=st.sampled_from([1, 2, 7]),
    order_cap=st.sampled_from([3, 6, 10, 168]),
    repairs=st.builds(Repairs, exempt=st.sampled_from(sorted(EXEMPT))),
)


class Against:
    """Speaks against one side, for one reason, until told otherwise."""

    side, why = None, Block.REGIME

    def advise(self, slot, now):
        del slot, now
        return NO_ADVICE if self.side is None else Advice(blocks={self.side: self.why})


class PatientSlots(RuleBasedStateMachine):
    """What may keep sides away; `settle` takes it all back and counts the ticks."""

    @initialize(
        rows=st.lists(st.sampled_from([CALM, CALM, LIVELY]), min_size=6, max_size=10),
        limits=limits,
        slots=st.integers(1, 5),
        opening=st.sampled_from([Decimal(1000), Decimal(12)]),
    )
    def a_desk_is_opened(self, rows, limits, slots, opening):
        self.world = World(
            walk([*rows, *[CALM] * 60]),
            slots=slots,
            limits=limits,
            opening=opening,
            profit_pct=Decimal(5),
        )
        self.world.open()
        self.against = Against()
        self.world.desk.advisers = (self.against,)
        self.ticks = 0

    def teardown(self):
        if hasattr(self, "world"):
            try:
                self.settle()
            finally:
                self.world.close()

    @rule()
    def a_candle_passes(self):
        self.tick()

    @rule(side=sides, why=reasons)
    def an_adviser_turns(self, side, why):
        self.against.side, self.against.why = side, why
        self.tick()

    @rule(limits=limits)
    def caps_change(self, limits):
        self.in_force(limits=limits)
        self.tick()

    @rule(amount=st.sampled_from([SMALL, LARGE]))
    def entries_become_dear_or_cheap(self, amount):
        self.in_force(sizing=Sizing(base_sized=False, amount=amount))
        self.tick()

    @rule()
    def the_desk_is_held(self):
        self.world.hold()
        self.tick()

    @rule()
    def the_hold_is_cleared(self):
        if self.world.desk.books.holds:
            self.world.clear()
        self.tick()

    @rule(cap=st.sampled_from([0, 2, None]))
    def the_venue_takes_fewer_orders(self, cap):
        self.world.venue.inner._matching._cap = cap
        self.tick()

    @precondition(lambda self: len(self.world.desk.books.slots) < 7)
    @rule()
    def a_slot_is_added(self):
        self.world.add()
        self.tick()

    def in_force(self, *, limits=None, sizing=None):
        desk = self.world.desk
        apply_rules(
            desk,
            rules=desk.rules,
            sizing=sizing or desk.sizing,
            limits=limits or desk.limits,
            changes={"x": ("a", "b")},
            reason="test",
        )

    def tick(self):
        self.ticks += 1
        if self.ticks > 45:  # leave candles to settle by
            return
        self.world.tick()
        self.every_missing_side_has_a_reason()

    def every_missing_side_has_a_reason(self):
        told = {
            (row.slot, row.leg): row.block
            for row in self.world.rows()
            if isinstance(row, LegBlocked)
        }
        for slot in self.world.desk.books.slots.values():
            for leg in (slot.a, slot.b):
                if is_idle(leg):
                    assert leg.block is not Block.NONE, (slot.slot_id, leg.name)
                    known = told.get((slot.slot_id, leg.name), Block.PACING)
                    assert known is leg.block, "the reason is the one on record"

    def settle(self):
        """Take every reason away, and count how long the slots take."""
        world, desk = self.world, self.world.desk
        assert faults(world) == []
        if desk.books.holds:
            world.clear()
        self.against.side = None
        world.venue.inner._matching._cap = None
        allowed = Limits(
            calls_per_tick=20,
            entries_per_tick=2,
            bootstraps_per_tick=1,
            order_cap=168,
            repairs=desk.limits.repairs,
        )
        self.in_force(limits=allowed, sizing=Sizing(base_sized=False, amount=Decimal("1.35")))
        waiting = len(desk.index.waiting.where) + len(desk.index.owed)
        for _ in range(-(-waiting // 2) + 3):
            world.tick()
        assert self.missing() == {}
        assert faults(world) == []

    def missing(self):
        """List what is missing and could be paid for."""
        accounts = self.world.desk.books.accounts
        short = {LEG_A: accounts.free_base < 20, LEG_B: accounts.free_quote < Decimal("1.4")}
        return {
            (slot.slot_id, leg.name): leg.block
            for slot in self.world.desk.books.slots.values()
            for leg in (slot.a, slot.b)
            if is_idle(leg) and not (leg.block is Block.BALANCE and short[leg.name])
        }


@pytest.mark.plan("000-034", "000-054", "000-057")
def test_when_the_reasons_are_gone_every_slot_is_two_sided_in_time():
    run_state_machine_as_test(
        PatientSlots, settings=settings(max_examples=25, stateful_step_count=12, deadline=None)
    )

"""Stateful: a desk on a paper market, operated, hurried, and killed between any two of its acts."""

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
from strategies import SECOND

from holdfast.desk.limits import UNLIMITED, Limits
from holdfast.engine.sizing import Sizing

SHARES = (Decimal(1), Decimal(1), Decimal("0.004"), Decimal("0.001"), Decimal(0))
reach = st.integers(0, 90)
moves = st.lists(
    st.tuples(
        reach,
        reach,
        st.integers(-90, 90),
        st.sampled_from(SHARES),
        st.sampled_from([0, 0, 0, -150, 150]),
    ),
    min_size=6,
    max_size=14,
)
boundaries = st.integers(1, 30)
limits = st.builds(
    Limits,
    calls_per_tick=st.sampled_from([2, 3, 5, UNLIMITED]),
    entries_per_tick=st.sampled_from([1, 4, UNLIMITED]),
    bootstraps_per_tick=st.sampled_from([1, UNLIMITED]),
    order_cap=st.sampled_from([3, 6, UNLIMITED]),
)


class Errand:
    """Hand one act of an operator over between the steps of a tick."""

    def __init__(self, wait, act):
        self.wait, self.act = wait, act

    def drain(self, desk):
        del desk
        self.wait -= 1
        if self.wait == 0:
            self.act()
        return 0


class DeskOnPaper(RuleBasedStateMachine):
    """What a desk may go through; after every whole tick nothing is doubled, nothing is lost."""

    on_disk = False

    @initialize(
        rows=moves,
        limits=limits,
        sticky=st.booleans(),
        participation=st.sampled_from([Decimal(1), Decimal("0.25")]),
        cap=st.sampled_from([None, 4, 8]),
        opening=st.sampled_from([Decimal(1000), Decimal(5)]),
        refresh=st.sampled_from([Decimal(0), Decimal("0.25"), Decimal("0.5")]),
        profit=st.sampled_from([Decimal("0.2"), Decimal("0.6")]),
        cooldown=st.sampled_from([0, 60]),
        recoveries=st.integers(1, 2),
        positions=st.booleans(),
        amount=st.sampled_from([Decimal(2), Decimal("2.05"), Decimal("2.95"), Decimal("1.35")]),
    )
    def a_desk_is_opened(
        self,
        rows,
        limits,
        sticky,
        participation,
        cap,
        opening,
        refresh,
        profit,
        cooldown,
        recoveries,
        positions,
        amount,
    ):
        self.world = World(
            walk(rows * 3),
            slots=2,
            sticky=sticky,
            limits=limits,
            participation=participation,
            cap=cap,
            opening=opening,
            sizing=Sizing(base_sized=False, amount=amount),
            on_disk=self.on_disk,
            refresh_pct=refresh,
            refresh_cooldown=60 * SECOND,
            profit_pct=profit,
            reentry_cooldown=cooldown * SECOND,
            s1_orphan_after=90 * SECOND,
            s2_orphan_after=90 * SECOND,
            max_recoveries=recoveries,
            positions=positions,
        )
        self.world.open()

    @rule()
    def a_candle_passes(self):
        self.world.tick()
        self.all_is_well()

    @rule(boundary=boundaries, again=st.one_of(st.none(), boundaries))
    def the_desk_is_killed_in_a_tick(self, boundary, again):
        self.world.survive(self.world.tick, boundary, again)
        self.world.tick()
        self.all_is_well()

    @rule(boundary=boundaries, wait=st.integers(1, 4), count=st.integers(1, 2))
    def it_is_killed_while_slots_join_between_steps(self, boundary, wait, count):
        errand = Errand(wait, lambda: self.world.add(count))
        self.world.survive(lambda: self.world.tick(errand), boundary)
        self.world.tick()
        self.all_is_well()

    @precondition(lambda self: self.world.slots > 1)
    @rule(boundary=boundaries, wait=st.integers(1, 4), pick=st.integers(0, 10))
    def it_is_killed_while_a_slot_leaves_between_steps(self, boundary, wait, pick):
        staying = [one.slot_id for one in self.world.desk.books.slots.values() if not one.draining]
        leaver = staying[pick % len(staying)]
        errand = Errand(wait, lambda: self.world.drain(leaver))
        self.world.survive(lambda: self.world.tick(errand), boundary)
        self.world.tick()
        self.all_is_well()

    @rule()
    def an_operator_holds_or_lets_go(self):
        if "operator" in self.world.desk.books.holds:
            self.world.clear()
        else:
            self.world.hold()

    @rule(change=st.integers(-1, 1))
    def the_desk_is_stopped_and_started_with_other_slots(self, change):
        self.world.slots = max(1, self.world.slots + change)
        self.world.die()
        self.world.open()

    def all_is_well(self):
        assert faults(self.world) == []

    def teardown(self):
        if hasattr(self, "world"):
            self.world.close()


class DeskOnPaperAndDisk(DeskOnPaper):
    """The same, with a ledger file."""

    on_disk = True


def test_a_desk_killed_anywhere_doubles_and_loses_nothing():
    run(DeskOnPaper, steps=18, share=0.5)


@pytest.mark.crash
def test_a_desk_killed_anywhere_agrees_with_its_ledger_file():
    run(DeskOnPaperAndDisk, steps=8, share=8)


def run(machine, *, steps, share=1):
    most = max(5, int(settings.default.max_examples / share))
    run_state_machine_as_test(
        machine, settings=settings(max_examples=most, stateful_step_count=steps)
    )

"""Stateful: a desk on an exchange at the end of a bad road, killed between any two of its acts."""

from decimal import Decimal

from desk_faults import faults
from desk_world import walk
from exchange_world import WRITES, ExchangeWorld
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

SHARES = (Decimal(1), Decimal(1), Decimal("0.004"), Decimal("0.001"))
reach = st.integers(0, 90)
moves = st.lists(
    st.tuples(reach, reach, st.integers(-90, 90), st.sampled_from(SHARES)),
    min_size=6,
    max_size=12,
)
boundaries = st.integers(1, 40)
fates = st.lists(st.sampled_from(["", "", *WRITES]), max_size=5)
silences = st.lists(st.sampled_from(["", "", "silent"]), max_size=6)


class DeskOnABadRoad(RuleBasedStateMachine):
    """What such a desk may go through; once the road is good again nothing is doubled or lost."""

    @initialize(
        rows=moves,
        refresh=st.sampled_from([Decimal(0), Decimal("0.25"), Decimal("0.5")]),
        profit=st.sampled_from([Decimal("0.2"), Decimal("0.6")]),
        participation=st.sampled_from([Decimal(1), Decimal("0.25")]),
        cap=st.sampled_from([None, 4]),
        opening=st.sampled_from([Decimal(1000), Decimal(5)]),
        sticky=st.booleans(),
        recoveries=st.integers(1, 2),
    )
    def a_desk_is_opened(
        self, rows, refresh, profit, participation, cap, opening, sticky, recoveries
    ):
        self.world = ExchangeWorld(
            walk(rows * 12),
            slots=2,
            sticky=sticky,
            participation=participation,
            cap=cap,
            opening=opening,
            refresh_pct=refresh,
            profit_pct=profit,
            max_recoveries=recoveries,
        )
        self.world.open()

    @rule(count=st.integers(1, 3))
    def time_passes(self, count):
        for _ in range(count):
            self.world.tick()

    @rule(boundary=boundaries, again=st.none() | boundaries)
    def a_tick_dies(self, boundary, again):
        self.world.survive(self.world.tick, boundary, again)

    @rule(writes=fates, reads=silences)
    def the_road_gets_worse(self, writes, reads):
        self.world.road.writes.extend(writes)
        self.world.road.reads.extend(reads)

    @rule(seconds=st.integers(1, 90))
    def a_pause(self, seconds):
        self.world.clock.sleep(seconds)

    @rule()
    def the_road_is_good_again(self):
        self.world.quiet(rounds=20)
        self.agrees()

    def agrees(self):
        world = self.world
        assert faults(world) == []
        doubled = {name: count for name, count in world.road.arrived.items() if count > 1}
        assert doubled == {}

    def teardown(self):
        if hasattr(self, "world"):
            try:
                self.world.quiet(rounds=20)
                self.agrees()
            finally:
                self.world.close()


def test_a_desk_on_a_bad_road_doubles_and_loses_nothing():
    run_state_machine_as_test(
        DeskOnABadRoad, settings=settings(max_examples=60, stateful_step_count=25, deadline=None)
    )

"""Stateful: exits are given up by verbs and tiers while desks die, venues refuse and answers get lost."""

from decimal import Decimal

from desk_faults import faults
from desk_world import World, walk
from exchange_world import WRITES, ExchangeWorld
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from letting_go import LettingGo, lapses
from strategies import SECOND

SHARES = (Decimal(1), Decimal("0.004"), Decimal("0.001"))
reach = st.integers(0, 90)
moves = st.lists(
    st.tuples(reach, reach, st.integers(-90, 90), st.sampled_from(SHARES)), min_size=6, max_size=12
)
boundaries = st.integers(1, 30)
acts = st.sampled_from(
    ["release", "release", "release_oldest", "soft_close", "toggle", "keep_away"]
)
picks = st.integers(0, 9)
lives = {
    "sticky": st.booleans(),
    "tier": st.sampled_from(["none", "tier1", "tier2"]),
    "close": st.sampled_from(["transfer", "limit_ioc"]),
    "participation": st.sampled_from([Decimal(1), Decimal("0.25")]),
    "profit_pct": st.sampled_from([Decimal("0.6"), Decimal(2)]),
    "refresh_pct": st.sampled_from([Decimal(0), Decimal("0.4")]),
    "positions": st.booleans(),
    "opening": st.sampled_from([Decimal(1000), Decimal(5)]),
    "max_recoveries": st.integers(1, 2),
}


class PaperThatLetsGo(LettingGo, World):
    """On paper."""


class RoadThatLetsGo(LettingGo, ExchangeWorld):
    """At the end of a bad road."""


class Errand:
    """Do one act between the steps of a tick."""

    def __init__(self, wait, act):
        self.wait, self.act = wait, act

    def drain(self, desk):
        del desk
        self.wait -= 1
        if self.wait == 0:
            self.act()
        return 0


class DeskThatLetsGo(RuleBasedStateMachine):
    """What a desk on paper may go through; after every whole tick nothing is lost or booked twice."""

    on_disk = False

    @initialize(rows=moves, life=st.fixed_dictionaries(lives))
    def a_desk_is_opened(self, rows, life):
        self.world = PaperThatLetsGo(
            walk(rows * 3),
            slots=2,
            on_disk=self.on_disk,
            refresh_cooldown=60 * SECOND,
            s1_orphan_after=90 * SECOND,
            s2_orphan_after=90 * SECOND,
            **life,
        )
        self.world.open()

    @rule(count=st.integers(1, 3))
    def candles_pass(self, count):
        for _ in range(count):
            self.world.tick()
        self.all_is_well()

    @rule(act=acts, pick=picks)
    def an_operator_acts_between_ticks(self, act, pick):
        self.world.errand(act, pick)()

    @rule(
        act=acts,
        pick=picks,
        wait=st.integers(1, 4),
        boundary=boundaries,
        again=st.none() | boundaries,
    )
    def the_desk_dies_while_an_operator_acts(self, act, pick, wait, boundary, again):
        errand = Errand(wait, self.world.errand(act, pick))
        self.world.survive(lambda: self.world.tick(errand), boundary, again)
        self.world.tick()
        self.all_is_well()

    @rule(boundary=boundaries, pick=picks)
    def it_dies_in_the_tick_after_a_release(self, boundary, pick):
        self.world.errand("release", pick)()
        self.world.survive(self.world.tick, boundary)
        self.world.tick()
        self.all_is_well()

    @rule(count=st.integers(1, 2))
    def the_venue_will_not_cancel(self, count):
        self.world.refusals = count

    @rule(tier=lives["tier"])
    def the_tiers_are_edited(self, tier):
        self.world.take_up(tier)

    def all_is_well(self):
        assert faults(self.world) == []
        assert lapses(self.world) == []

    def teardown(self):
        if hasattr(self, "world"):
            self.world.close()


class DeskOnABadRoadThatLetsGo(RuleBasedStateMachine):
    """The same where requests and answers get lost; judged once the road is good again."""

    @initialize(rows=moves, life=st.fixed_dictionaries(lives))
    def a_desk_is_opened(self, rows, life):
        self.world = RoadThatLetsGo(
            walk(rows * 12),
            slots=2,
            s1_orphan_after=90 * SECOND,
            s2_orphan_after=90 * SECOND,
            **life,
        )
        self.world.open()

    @rule(count=st.integers(1, 3))
    def time_passes(self, count):
        for _ in range(count):
            self.world.tick()

    @rule(act=acts, pick=picks)
    def an_operator_acts(self, act, pick):
        self.world.errand(act, pick)()

    @rule(act=acts, pick=picks, boundary=st.integers(1, 40), again=st.none() | boundaries)
    def the_desk_dies_after_an_operator_acted(self, act, pick, boundary, again):
        self.world.errand(act, pick)()
        self.world.survive(self.world.tick, boundary, again)

    @rule(writes=st.lists(st.sampled_from(["", "", *WRITES]), max_size=5))
    def the_road_gets_worse(self, writes):
        self.world.road.writes.extend(writes)

    @rule(seconds=st.integers(1, 90))
    def a_pause(self, seconds):
        self.world.clock.sleep(seconds)

    @rule()
    def the_road_is_good_again(self):
        self.world.quiet(rounds=20)
        self.all_is_well()

    def all_is_well(self):
        assert faults(self.world) == []
        assert lapses(self.world) == []
        assert {name: n for name, n in self.world.road.arrived.items() if n > 1} == {}

    def teardown(self):
        if hasattr(self, "world"):
            try:
                self.world.quiet(rounds=20)
                self.all_is_well()
            finally:
                self.world.close()


def test_a_desk_killed_while_it_gives_exits_up_loses_none_and_books_each_once():
    run(DeskThatLetsGo, examples=50, steps=18)


def test_a_desk_on_a_bad_road_gives_each_exit_up_once():
    run(DeskOnABadRoadThatLetsGo, examples=25, steps=18)


def run(machine, *, examples, steps):
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None),
    )

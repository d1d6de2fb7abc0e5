"""Bring-up and repair on a desk: what passes the cap of a tick, and what suppression keeps away."""

from decimal import Decimal

import pytest
from desk_faults import faults
from msgspec.structs import replace
from strategies import SECOND

from holdfast.desk.limits import Limits, Repairs
from holdfast.desk.regime.advisers import TierAdviser
from holdfast.desk.regime.policy import RegimePolicy
from holdfast.desk.regime.stance import Held, Stance
from holdfast.desk.tick import step
from holdfast.desk.turn import Turn
from holdfast.domain.events import CancelAsked, LegBlocked, OrderPlaced
from holdfast.domain.market import Regime
from holdfast.domain.observations import Observation
from holdfast.domain.slots import ENTRY, LEG_A, LEG_B, Block, is_idle, one_sided
from holdfast.engine.advice import NO_ADVICE, Advice
from holdfast.engine.inputs import EntryWanted
from holdfast.engine.readings import Readings

CALM = (5, 5, 0, 1)
ONE = Limits(entries_per_tick=1, bootstraps_per_tick=7)


class Tiers:
    """Suppresses a side from the end of a grace until the end of the cooldown after tier 2."""

    def __init__(self, side=None, grace=60, cooldown=600):
        self.side, self.grace, self.cooldown = side, grace * SECOND, cooldown * SECOND
        self.entered, self.left, self.on = 0, None, True

    def advise(self, slot, now):
        del slot
        if not self.on or self.side is None:
            return NO_ADVICE
        ended = self.left is not None and now - self.left >= self.cooldown
        if ended or (self.left is None and now - self.entered < self.grace):
            return NO_ADVICE
        return Advice(blocks={self.side: Block.REGIME})


def placed(world, *sources):
    rows = [row for row in world.rows() if isinstance(row, OrderPlaced) and row.role is ENTRY]
    return [row for row in rows if not sources or row.reason in sources]


def deferred(world):
    return [
        row for row in world.rows() if isinstance(row, LegBlocked) and row.block is Block.DEFERRED
    ]


def look(world, at, mark=None):
    """Take one look at the market at a time of our choice, as the first step of a tick."""
    world.desk.counters.begin_tick()
    step(world.desk, Observation(at, mark or world.desk.mark))


def suppressed_world(made, side=LEG_A, *, slots=1, limits=ONE):
    """Open a desk whose slots came up with one side, since the regime was against the other."""
    world = made([CALM] * 3, slots=slots, limits=limits)
    tiers = Tiers(side, grace=0)
    world.desk.advisers = (tiers,)
    world.tick()
    return world, tiers


@pytest.mark.plan("000-003", "000-017", "000-018", "000-019", "000-055")
def test_bootstrap_both_sides_with_cap_1_places_2_and_defers_0(made):
    world = made([CALM], slots=1, limits=ONE)
    world.tick()
    assert [row.reason for row in placed(world)] == ["bootstrap", "bootstrap"]
    assert deferred(world) == []
    counters = world.desk.counters
    assert (counters.exempt_used, counters.entries_used) == (2, 0)
    assert faults(world) == []


@pytest.mark.plan("001-096")
def test_new_slots_come_up_in_the_order_of_their_numbers_so_many_a_tick_and_always_alike(made):
    told = []
    for _ in range(2):
        world, ticks = made([CALM] * 6, slots=5, limits=Limits(bootstraps_per_tick=2)), []
        for _ in range(3):
            before = len(placed(world))
            world.tick()
            ticks.append([(row.slot, row.leg) for row in placed(world)[before:]])
        told.append(ticks)
    pairs = [[(slot, leg) for leg in (LEG_B, LEG_A)] for slot in range(5)]
    assert told[0] == [pairs[0] + pairs[1], pairs[2] + pairs[3], pairs[4]]
    assert told[1] == told[0]


def test_bootstrap_of_one_side_under_suppression_passes_the_cap_too(made):
    world, _ = suppressed_world(made, slots=3)
    assert {row.reason for row in placed(world)} == {"bootstrap_regime"}
    assert len(placed(world)) == 3
    assert deferred(world) == []
    assert world.desk.counters.entries_used == 0


@pytest.mark.plan("000-020", "000-021", "000-022", "000-011", "000-055")
def test_repairs_with_cap_1_place_2_and_defer_0(made):
    world, tiers = suppressed_world(made, slots=2)
    tiers.on = False
    world.tick()
    assert [row.leg for row in placed(world, "auto_repair")] == [LEG_A, LEG_A]
    assert deferred(world) == []
    assert world.desk.counters.entries_used == 0
    assert faults(world) == []


@pytest.mark.plan("000-023", "000-024", "000-025", "000-055")
def test_an_ordinary_source_with_cap_1_places_1_defers_1_and_the_next_tick_drains_it(made):
    world = made([CALM] * 2, slots=1, limits=replace(ONE, bootstraps_per_tick=0))
    world.tick()
    desk = world.desk
    turn = Turn(desk, desk.now, desk.mark)
    for leg in (LEG_B, LEG_A):
        turn.enter(0, EntryWanted(leg=leg, reason="unit_test"))
    assert [type(event).__name__ for event in turn.events] == ["OrderPlaced", "LegBlocked"]
    assert turn.events[1].block is Block.DEFERRED
    assert len(desk.index.waiting.line(Block.DEFERRED)) == 1
    desk.ledger.commit(turn.at, turn.events)
    desk.outbox.extend(turn.intents)
    world.tick()
    assert [row.reason for row in placed(world)] == ["unit_test", "entry_scheduler_drain"]
    assert desk.index.waiting.counts() == {}
    assert faults(world) == []


@pytest.mark.parametrize(("exempt", "sources"), [("none", 1), ("bootstrap", 2), ("repair", 2)])
@pytest.mark.plan("000-007", "000-015", "000-049")
def test_a_profile_says_which_sources_pass_the_cap(made, exempt, sources):
    limits = replace(ONE, repairs=Repairs(exempt=exempt))
    world = made([CALM], slots=1, limits=limits)
    world.tick()
    assert len(placed(world)) == sources
    assert len(deferred(world)) == 2 - sources


def test_a_profile_may_pace_repairs_and_not_bring_up(made):
    limits = replace(ONE, repairs=Repairs(exempt="bootstrap"))
    world, tiers = suppressed_world(made, slots=3, limits=limits)
    tiers.on = False
    seen = []
    for _ in range(3):
        world.desk.counters.begin_tick()
        step(world.desk, Observation(world.desk.now + SECOND, world.desk.mark))
        seen.append(len(placed(world, "auto_repair", "entry_scheduler_drain")))
    assert seen == [1, 2, 3]


@pytest.mark.parametrize(("used", "enters"), [(0, True), (1, False), (2, False)])
def test_the_scheduler_puts_an_entry_off_when_as_many_were_used_as_the_cap_allows(
    made, used, enters
):
    world = made([CALM], slots=1, limits=replace(ONE, bootstraps_per_tick=0))
    world.tick()
    desk = world.desk
    desk.counters.entries_used = used
    Turn(desk, desk.now, desk.mark).enter(0, EntryWanted(leg=LEG_B, reason="fill"))
    assert (desk.books.slots[0].b.order is not None) is enters


@pytest.mark.parametrize(
    ("cap", "block"), [(1, Block.CAPACITY), (2, Block.CAPACITY), (3, Block.NONE)]
)
def test_exempt_entries_too_are_refused_when_as_many_orders_rest_as_the_safe_cap(made, cap, block):
    world = made([CALM], slots=2, limits=Limits(bootstraps_per_tick=1))
    world.tick()
    desk = world.desk
    desk.limits = replace(desk.limits, order_cap=cap)
    assert desk.gate(exempt=True) is block


@pytest.mark.plan("000-002", "000-006", "000-009", "000-014", "000-053", "000-057")
def test_tier_2_with_its_grace_elapsed_keeps_a_side_from_being_repaired(made):
    world, _ = suppressed_world(made)
    for second in (60, 120, 3600):
        look(world, world.desk.now + second * SECOND)
    slot = world.desk.books.slots[0]
    assert one_sided(slot) == (True, False, Block.REGIME)
    assert placed(world, "auto_repair") == []


@pytest.mark.parametrize(("elapsed", "both"), [(59, True), (60, False), (61, False)])
def test_a_grace_of_60_s_lets_a_bootstrap_place_both_sides_until_it_is_over(made, elapsed, both):
    world = made([CALM], slots=1, limits=ONE)
    tiers = Tiers(LEG_A)
    world.desk.advisers = (tiers,)
    tiers.entered = world.desk.now
    look(world, world.desk.now + elapsed * SECOND, Decimal("0.1"))
    assert len(placed(world)) == (2 if both else 1)


@pytest.mark.plan(
    "000-004",
    "000-008",
    "000-010",
    "000-026",
    "000-027",
    "000-028",
    "000-029",
    "000-030",
    "000-054",
)
def test_a_tier_that_drops_keeps_its_side_through_the_cooldown_and_gives_it_back_at_its_end(made):
    world, tiers = suppressed_world(made)
    dropped = world.desk.now + 10 * SECOND
    tiers.left = dropped
    for elapsed in (0, 100, 599):
        look(world, dropped + elapsed * SECOND)
        assert one_sided(world.desk.books.slots[0]) == (True, False, Block.REGIME)
    assert placed(world, "auto_repair") == []
    look(world, dropped + 600 * SECOND)
    slot = world.desk.books.slots[0]
    assert one_sided(slot) == (False, False, Block.NONE)
    assert [row.leg for row in placed(world, "auto_repair")] == [LEG_A]
    assert faults(world) == []


def test_the_same_story_is_told_by_the_tiers_that_a_profile_acts_on(made):
    world = made([CALM] * 2, slots=2, limits=ONE)
    desk = world.desk
    desk.readings = Readings(
        at=0,
        regime=Regime.BULLISH,
        regime_ready=True,
        confidence=Decimal("0.7"),
        bias=Decimal("0.5"),
    )
    held = Held(Stance(act=True))
    desk.policies = (RegimePolicy(desk, held, lambda _desk, _now: None),)
    desk.advisers = (TierAdviser(desk, held),)
    desk.watch_again()
    start = desk.now - 60 * SECOND  # the grace is over when the first candle comes
    look(world, start, Decimal("0.1"))
    assert desk.books.tier.tier == 2
    assert len(placed(world, "bootstrap")) == 4, "the grace lets both sides come up"
    look(world, start + 59 * SECOND)
    assert not any(is_idle(slot.a) for slot in desk.books.slots.values())
    look(world, start + 60 * SECOND)
    world.tick()
    assert all(slot.a.block is Block.REGIME for slot in desk.books.slots.values())
    desk.readings = replace(desk.readings, confidence=Decimal("0.1"))
    left = start + 360 * SECOND  # the first look after its dwell
    look(world, left)
    assert desk.books.tier.tier == 0
    look(world, left + 599 * SECOND)
    assert placed(world, "auto_repair") == []
    look(world, left + 600 * SECOND)
    assert {row.leg for row in placed(world, "auto_repair")} == {LEG_A}
    assert not any(is_idle(slot.a) for slot in desk.books.slots.values())


def test_a_desk_that_died_comes_back_one_sided_and_is_repaired_when_the_regime_lapses(made):
    world, tiers = suppressed_world(made, slots=2)
    world.die()
    world.open()
    world.desk.advisers = (tiers,)
    look(world, world.desk.now + SECOND, Decimal("0.1"))
    slots = world.desk.books.slots
    assert all(one_sided(slot) == (True, False, Block.REGIME) for slot in slots.values())
    tiers.on = False
    look(world, world.desk.now + SECOND)
    assert not any(is_idle(slot.a) for slot in world.desk.books.slots.values())


@pytest.mark.plan("000-048")
def test_a_profile_may_leave_lapsed_sides_to_a_person(made):
    limits = replace(ONE, repairs=Repairs(regime="never"))
    world, tiers = suppressed_world(made, limits=limits)
    tiers.on = False
    for _ in range(3):
        look(world, world.desk.now + 3600 * SECOND)
    assert placed(world, "auto_repair") == []
    assert one_sided(world.desk.books.slots[0]) == (True, False, Block.REGIME)


def test_suppression_takes_a_resting_side_off_once_and_touches_nothing_else(made):
    world = made([CALM, (30, 5, 0, 1), *([CALM] * 2)], slots=2, profit_pct=Decimal(3))
    world.tick()
    world.tick()  # the dip fills both buys: each slot owes an exit, and keeps its sell entry
    tiers = Tiers(LEG_A, grace=0)
    world.desk.advisers = (tiers,)
    world.tick()
    assert [row for row in world.rows() if isinstance(row, CancelAsked)] == []
    assert all(slot.a.order is not None for slot in world.desk.books.slots.values())


def test_suppression_of_a_slot_without_exits_is_done_once_and_lapses_into_a_repair(made):
    world = made([CALM] * 6, slots=2)
    world.tick()
    tiers = Tiers(LEG_A, grace=0)
    world.desk.advisers = (tiers,)
    for _ in range(3):
        look(world, world.desk.now + SECOND)
        world.tick()
    asked = [row for row in world.rows() if isinstance(row, CancelAsked)]
    assert [(row.leg, row.reason) for row in asked] == [(LEG_A, "suppressed")] * 2
    slots = world.desk.books.slots
    assert all(slot.a.block is Block.REGIME and slot.b.order for slot in slots.values())
    tiers.on = False
    world.tick()
    assert all(slot.a.order is not None for slot in slots.values())
    assert faults(world) == []


def test_a_side_held_the_wrong_way_round_is_free_at_once(made):
    world, tiers = suppressed_world(made)
    tiers.side = LEG_B
    world.tick()
    slot = world.desk.books.slots[0]
    assert slot.a.order is not None
    assert [row.leg for row in placed(world, "auto_repair")] == [LEG_A]


def test_new_slots_keep_their_place_in_line_under_suppression(made):
    world = made([CALM] * 4, slots=3, limits=Limits(bootstraps_per_tick=1))
    world.desk.advisers = (Tiers(LEG_A, grace=0),)
    for _ in range(3):
        world.tick()
    assert all(slot.b.order is not None for slot in world.desk.books.slots.values())


@pytest.mark.plan("000-052")
def test_a_slot_that_cannot_be_paid_for_waits_with_a_reason_and_the_desk_goes_on(made):
    world = made([CALM] * 2, slots=8, opening=Decimal(5))
    world.tick()
    slots = world.desk.books.slots.values()
    assert any(is_idle(slot.b) and slot.b.block is Block.BALANCE for slot in slots)
    assert world.desk.mode() == "RUNNING"
    assert world.desk.pause_reason() == ""
    assert faults(world) == []

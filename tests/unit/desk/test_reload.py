"""Rules that change while a desk runs: what moves at once, what keeps its place."""

from decimal import Decimal

import pytest
from desk_faults import faults
from desk_world import World, walk
from msgspec.structs import replace
from strategies import SECOND

from holdfast.desk.reload import open_exits, take_up
from holdfast.domain.bookkeeping import ReloadNoted
from holdfast.domain.events import OrderPlaced, RulesChanged, SlotDrained, SlotRetired, StickySet

CALM, DIP = (5, 5, 0, 1), (30, 5, -20, 1)


@pytest.fixture
def world():
    made = World(walk([CALM, DIP, *[CALM] * 8]), s1_orphan_after=100 * 60 * SECOND)
    made.open()
    made.tick()
    yield made
    made.close()


def taken(world, *, slots=None, sticky=True, changes=(), **rules):
    given = replace(world.rules, **{"digest": "r2", **rules})
    world.rules, world.slots = given, slots or world.slots
    take_up(
        world.desk,
        rules=given,
        sizing=world.sizing,
        limits=world.limits,
        slots=world.slots,
        sticky=sticky,
        changes=dict.fromkeys(changes, ("", "")),
        reason="edited",
    )


def test_a_change_is_one_event_with_its_digest(world):
    taken(world, entry_pct=Decimal("0.4"), changes=["pair_entry_pct"])
    changed = [row for row in world.rows() if isinstance(row, RulesChanged)]
    assert [row.digest for row in changed] == ["r1", world.desk.rules.digest]
    assert world.desk.rules.digest != "r1"
    noted = [row for row in world.rows() if isinstance(row, ReloadNoted)]
    assert [(row.result, set(row.changes)) for row in noted] == [("taken", {"pair_entry_pct"})]


def test_resting_orders_keep_their_price_and_new_ones_follow(world):
    before = {row.client_order_id: row.price for row in world.venue.open_orders()}
    taken(world, entry_pct=Decimal("0.4"), profit_pct=Decimal(2))
    assert {row.client_order_id: row.price for row in world.venue.open_orders()} == before
    world.tick()
    exits = [row for row in world.rows() if isinstance(row, OrderPlaced) and row.role == "exit"]
    assert exits
    for row in exits:
        assert row.price == (Decimal("0.0998") * Decimal("1.02")).quantize(Decimal("0.000001"))


def test_a_changed_drift_rule_counts_at_once(world):
    assert len(world.desk.index.ladder) == 4
    taken(world, refresh_pct=Decimal(0))
    assert (len(world.desk.index.ladder), world.desk.watch.floor) == (0, None)
    taken(world, refresh_pct=Decimal("0.1"), digest="r3")
    assert len(world.desk.index.ladder) == 4


def test_a_changed_time_rule_moves_the_timers_at_once():
    world = World(walk([CALM, DIP, *[CALM] * 4]), sticky=False, s1_orphan_after=10**10)
    world.open()
    world.tick()
    world.tick()
    due = world.desk.index.timers.next()
    taken(world, s1_orphan_after=60 * SECOND, sticky=False)
    assert world.desk.index.timers.next() < due
    world.close()


def test_fewer_slots_drain_the_newest_and_it_retires_when_flat(world):
    taken(world, slots=1, changes=["slots"])
    assert [row.slot for row in world.rows() if isinstance(row, SlotDrained)] == [1]
    for _ in range(3):
        world.tick()
    if 1 in world.desk.books.slots:
        assert world.desk.books.slots[1].b.lot or world.desk.books.slots[1].a.lot
    else:
        assert [row.slot for row in world.rows() if isinstance(row, SlotRetired)] == [1]
    assert faults(world) == []


def test_more_slots_join_and_enter(world):
    taken(world, slots=4, changes=["slots"])
    world.tick()
    assert set(world.desk.books.slots) == {0, 1, 2, 3}
    assert faults(world) == []


def test_a_slot_id_is_never_used_again(world):
    taken(world, slots=1, changes=["slots"])
    for _ in range(3):
        world.tick()
    taken(world, slots=2, changes=["slots"], digest="r3")
    assert max(world.desk.books.slots) == 2


def test_sticky_reaches_every_slot_and_open_exits_are_named(world):
    assert open_exits(world.desk) == []
    world.tick()
    assert {slot.slot_id for slot in open_exits(world.desk)} == {0, 1}
    taken(world, sticky=False, changes=["sticky_mode_enabled"])
    changed = [row for row in world.rows() if isinstance(row, StickySet)]
    assert [(row.slot, row.sticky) for row in changed] == [(0, False), (1, False)]
    assert open_exits(world.desk) == []

"""What a stop leaves behind: a shutdown nothing, a safety stop everything."""

from decimal import Decimal

import pytest
from desk_faults import faults
from desk_world import World, walk
from msgspec.structs import replace
from structlog.testing import capture_logs

from holdfast.desk.holds import NAMES, put_up, take_down
from holdfast.desk.inbox import Inbox
from holdfast.desk.loop import Loop
from holdfast.desk.rules_change import apply_rules
from holdfast.desk.session import NoOrchestrator
from holdfast.desk.startup import add_slots, is_transient
from holdfast.domain.bookkeeping import HoldSet, TransientHaltCleared
from holdfast.domain.errors import CommandRefused
from holdfast.domain.events import OrderPlaced

QUIET = [(5, 5, 0, 1)] * 12


@pytest.fixture
def world():
    made = World(walk(QUIET))
    made.open()
    yield made
    made.close()


def stopped(world, reason="signal 15"):
    loop = Loop(world.desk, Inbox(), NoOrchestrator(), candle_seconds=60, speed=0)
    loop.stop(reason)
    loop.finish()
    world.die()
    world.open()


def placed(world):
    return sum(isinstance(row, OrderPlaced) for row in world.rows())


@pytest.mark.parametrize("reason", ["signal 15", "signal 2", "process exit"])
def test_a_shutdown_clears_itself_and_the_desk_runs_again(world, reason):
    assert world.desk.mode() == "RUNNING"
    stopped(world, reason)
    assert world.desk.mode() == "RUNNING"
    assert [row.reason for row in world.rows() if isinstance(row, TransientHaltCleared)] == [reason]
    world.tick()
    assert (len(world.desk.books.orders), faults(world)) == (4, [])


@pytest.mark.parametrize(
    ("reason", "transient"),
    [
        ("signal 15", True),
        ("Signal 2", True),
        (" process exit ", True),
        ("signal", False),
        ("signal fifteen", False),
        ("invariant", False),
        ("restart", False),
        ("", False),
    ],
)
def test_only_a_shutdown_is_transient(reason, transient):
    assert is_transient(reason) is transient


@pytest.mark.plan("003-059")
def test_a_broken_slot_halts_the_desk_and_stops_entries():
    world = World(walk([(5, 5, 0, 1), (30, 5, 0, 1), (5, 5, 0, 1)]), slots=1)
    world.open()
    world.tick()
    slot = world.desk.books.slots[0]
    world.desk.books.slots[0] = replace(slot, next_local_id=1)
    world.tick()  # a fill touches the slot
    assert world.desk.mode() == "HALTED"
    assert "slot 0: a local_id must be below the next one" in world.desk.pause_reason()
    before = placed(world)
    world.add(1)
    world.tick()
    assert placed(world) == before
    world.close()


@pytest.mark.plan("003-058", "003-059", "003-060", "003-064")
@pytest.mark.parametrize("name", ["invariant", "estop"])
def test_a_safety_stop_survives_a_shutdown_and_a_restart(world, name):
    world.slots = 3
    put_up(world.desk, name, "a test broke it")
    before = placed(world)
    for _ in range(2):
        stopped(world)
        world.tick()
        assert world.desk.mode() == "HALTED"
        assert world.desk.pause_reason() == "a test broke it"
        assert placed(world) == before


@pytest.mark.plan("003-064")
def test_a_shutdown_with_a_safety_stop_standing_clears_only_the_shutdown(world):
    put_up(world.desk, "invariant", "a test broke it")
    stopped(world)
    rows = world.rows()
    assert sum(isinstance(row, TransientHaltCleared) for row in rows) == 1
    assert [row.name for row in rows if isinstance(row, HoldSet)] == ["invariant"]
    assert world.desk.books.holds == {"invariant": "a test broke it"}


def test_a_recon_hold_falls_when_books_and_venue_agree_again(world):
    put_up(world.desk, "recon", "books and venue differed")
    stopped(world)
    assert world.desk.books.holds == {}


def test_holds_have_names_and_stand_until_each_is_taken_down(world):
    with pytest.raises(CommandRefused, match="unknown hold nap"):
        put_up(world.desk, "nap", "")
    with pytest.raises(CommandRefused, match="no hold operator"):
        take_down(world.desk, "operator", "")
    for name in NAMES:
        put_up(world.desk, name, f"because of {name}")
        put_up(world.desk, name, "again")
    assert sum(isinstance(row, HoldSet) for row in world.rows()) == len(NAMES)
    for name in NAMES:
        assert name in world.desk.books.holds
        take_down(world.desk, name, "over")
    assert world.desk.mode() == "RUNNING"


def test_entries_wait_under_a_hold_and_come_when_it_falls(world):
    put_up(world.desk, "operator", "wait")
    world.tick()
    assert placed(world) == 0
    blocks = {leg.block for slot in world.desk.books.slots.values() for leg in (slot.a, slot.b)}
    assert blocks == {"hold"}
    assert world.desk.mode() == "PAUSED"
    take_down(world.desk, "operator", "go")
    world.tick()
    assert (placed(world), faults(world)) == (4, [])


def test_exits_are_placed_under_a_hold():
    world = World(walk([(5, 5, 0, 1), (30, 5, 0, 1), (5, 5, 0, 1)]), slots=1)
    world.open()
    world.tick()
    world.hold()
    world.tick()
    roles = [row.role for row in world.rows() if isinstance(row, OrderPlaced)]
    assert roles == ["entry", "entry", "exit"]
    world.close()


def test_a_restart_goes_back_to_the_profile_and_says_so(world):
    desk, profile = world.desk, world.rules
    wider = replace(profile, entry_pct=profile.entry_pct + Decimal("0.3"))
    apply_rules(
        desk,
        rules=wider,
        sizing=desk.sizing,
        limits=desk.limits,
        changes={},
        reason="set_entry_pct",
    )
    add_slots(desk, 1, sticky=True)
    with capture_logs() as said:
        stopped(world)
    assert world.desk.rules.entry_pct == profile.entry_pct
    assert [slot.slot_id for slot in world.desk.books.slots.values() if not slot.draining] == [0, 1]
    warnings = [line["event"] for line in said if line["log_level"] == "warning"]
    assert any("ended by other rules" in line for line in warnings)
    assert any("3 slots, the profile asks for 2" in line for line in warnings)
    with capture_logs() as said:
        stopped(world)
    assert [line for line in said if line["log_level"] == "warning"] == []

"""The desk's look at the requested mode: spaced, bounded in time, never in a tick's way."""

import threading
import time

import msgspec
import pytest
from mode_world import QUIET, RULES, ModeWorld, ShelfStore, record

from holdfast.clock import SystemClock
from holdfast.domain.bookkeeping import ModeNoted
from holdfast.safety.caps import OverrideFile
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.mode_record import encode, parse
from holdfast.safety.mode_request import Requester, Requests
from holdfast.safety.mode_store import EpochConflict, StoreFault
from holdfast.safety.reader import DeskFacts, ModeReader
from holdfast.safety.snapshot import snapshot

WHO = Requester(env="staging", profile_sha="5" * 64, actor="ada", reason="test")
BUSY = 3.0  # seconds a machine with much to do may add to what is measured


def test_a_desk_arms_by_what_it_reads_and_journals_each_change(world):
    world.put(record(7))
    world.reader.tick(QUIET)
    world.reader.booted()
    notes = [note for _ in range(4) for note in world.tick(5)]
    assert [(note.before, note.after, note.cause, note.epoch) for note in notes] == [
        ("BOOT", "DRY", "boot", 7),
        ("DRY", "ARMING", "requested_live", 7),
        ("ARMING", "LIVE", "armed", 7),
    ]
    assert all(isinstance(note, ModeNoted) for note in notes)
    assert world.tick(5) == ()


def test_a_tick_reads_only_when_a_read_is_due(world):
    world.arm()
    read = []
    real = world.store.read
    world.store.read = lambda: (read.append(world.clock.now), real())[1]
    for _ in range(20):
        world.tick(1)
    assert read == [15.0, 20.0, 25.0, 30.0]


@pytest.mark.plan("004-003", "004-005", "004-006", "004-077")
def test_a_store_that_answers_now_and_then_never_arms_a_desk(world):
    world.put(record(7))
    world.reader.tick(QUIET)
    world.reader.booted()
    for fault in (None, "down", None, None, "down", None, None):
        world.store.fault = StoreFault(fault) if fault else None
        world.tick(5)
        assert world.mode in {"DRY", "ARMING"}
    world.tick(5)
    assert world.mode == "LIVE"


@pytest.mark.plan("004-043", "004-066", "004-067")
def test_a_dead_store_demotes_and_three_good_reads_bring_live_back(world):
    world.arm()
    world.store.fault = StoreFault("down")
    world.tick(5)
    assert (world.mode, world.execution.state.streak) == ("DRY", 0)
    world.store.fault = None
    streaks = []
    for _ in range(3):
        world.tick(5)
        streaks.append(world.execution.state.streak)
    assert streaks == [1, 2, 3]
    assert world.mode == "ARMING", "the third change within ten minutes is damped"
    assert snapshot(world.execution).flap_blocked_total == 1
    assert Requests(world.store, world.files, world.clock).live(WHO, 900).epoch == 8
    world.tick(5)
    assert world.mode == "LIVE", "the operator asked again, knowing"


@pytest.mark.parametrize(("took", "mode"), [(2.0, "LIVE"), (2.1, "DRY")])
def test_an_answer_that_comes_too_late_is_no_answer(world, took, mode):
    world.arm()
    world.store.hangs = took
    world.tick(5)
    assert world.mode == mode
    assert world.execution.tallies.read_failures.get("timeout", 0) == (mode == "DRY")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (None, "missing"),
        (b"{", "bad_json"),
        (b"{}", "wrong_schema"),
        (encode(record(7, env="live")), "wrong_env"),
        (encode(record(6)), "older_epoch"),
        (encode(record(8, profile_sha="other")), "profile_mismatch"),
    ],
)
def test_streak_resets_on_each_failure_kind(world, raw, kind):
    world.arm()
    world.store.raw = raw
    world.tick(5)
    assert (world.mode, world.execution.state.streak) == ("DRY", 0)
    assert world.execution.tallies.read_failures == {kind: 1}


def test_a_changed_profile_takes_its_approval_with_it(world):
    world.arm()
    world.sha = "6" * 64
    world.tick(5)
    assert (world.mode, snapshot(world.execution).last_cause) == ("DRY", "read_profile_mismatch")


def test_setter_cannot_bypass_arming(world):
    world.put(record(7, requested="DRY"))
    world.reader.tick(QUIET)
    world.reader.booted()
    Requests(world.store, world.files, world.clock).live(WHO, 900)
    assert world.mode == "DRY", "to ask changes nothing here"
    modes = []
    for _ in range(3):
        world.tick(5)
        modes.append(world.mode)
    assert modes == ["ARMING", "ARMING", "LIVE"]


def test_a_setter_without_a_store_has_set_nothing(world):
    world.store.fault = StoreFault("down")
    with pytest.raises(StoreFault):
        Requests(world.store, world.files, world.clock).live(WHO, 900)
    assert world.store.raw is None


@pytest.mark.plan("004-004")
def test_effective_mode_is_never_written_back(world):
    world.arm()
    kept = world.store.raw
    world.store.fault = StoreFault("down")
    world.tick(5)
    world.store.fault = None
    for _ in range(30):
        world.tick(5)
    assert (world.store.raw, world.store.writes) == (kept, 0)
    assert world.mode == "ARMING"


def test_the_slower_of_two_setters_is_told_and_changes_nothing(world):
    world.put(record(7))
    ask = Requests(world.store, world.files, world.clock)
    real = world.store.read
    world.store.read = lambda: (real(), world.put(record(8, reason="faster")))[0]
    with pytest.raises(EpochConflict, match="epoch 8 is there, not 7"):
        ask.live(WHO, 900)
    assert parse(real()).reason == "faster"


def test_a_setter_that_tightens_tries_again_until_it_is_written(world):
    world.put(record(7))
    real, rivals = world.store.read, iter(range(8, 11))

    def read():
        raw = real()
        for epoch in rivals:
            world.put(record(epoch))
            break
        return raw

    world.store.read = read
    assert Requests(world.store, world.files, world.clock).estop(WHO).epoch == 11


def test_asking_for_dry_takes_no_stop_out_of_the_record(world):
    ask = Requests(world.store, world.files, world.clock)
    ask.estop(WHO)
    assert ask.dry(WHO).estop
    assert not ask.clear(WHO).estop


def test_a_live_desk_renews_its_lease_at_three_hundred_seconds(world):
    world.arm()
    for _ in range(57):
        world.tick(5)
    assert (world.clock.now, world.store.writes) == (295.0, 0)
    world.tick(5)
    assert world.store.writes == 1
    world.tick(5)
    renewed = parse(world.store.raw)
    assert (renewed.epoch, renewed.reason) == (8, "lease renewed: test")
    assert renewed.expires_at == record(7).expires_at
    while world.clock.now < 3590:
        world.tick(5)
        assert world.mode == "LIVE"
    assert 10 <= parse(world.store.raw).epoch <= 20
    world.tick(10)
    assert (world.clock.now, world.mode) == (3600.0, "DRY"), "the grant itself is never longer"
    assert parse(world.store.raw).expires_at == record(7).expires_at


def test_a_store_that_takes_no_renewal_ends_live_with_its_lease(world):
    world.arm()

    def refuse(*_):
        raise StoreFault("read only")

    world.store.compare_and_set = refuse
    for _ in range(178):
        world.tick(5)
    assert (world.clock.now, world.mode) == (900.0, "LIVE")
    world.tick(5)
    assert (world.mode, snapshot(world.execution).last_cause) == ("DRY", "lease_expired")


def test_a_hold_that_lowers_the_mode_and_one_that_does_not(world):
    world.arm()
    world.tick(1, DeskFacts(open_orders=3, unmet=(), holds=frozenset({"operator", "venue"})))
    assert world.mode == "LIVE"
    world.tick(1, DeskFacts(open_orders=3, unmet=(), holds=frozenset({"recon", "operator"})))
    assert (world.mode, snapshot(world.execution).capped_by) == ("DRAIN", "hold_recon")
    world.tick(1, DeskFacts(open_orders=3, unmet=(), holds=frozenset({"estop"})))
    assert snapshot(world.execution).effective == "HALT"


def test_a_read_counts_by_what_the_desk_tells_in_the_same_tick(world):
    hindered = DeskFacts(open_orders=0, unmet=("no_unknown_intents",))
    world.put(record())
    world.reader.booted()
    world.tick(0, hindered)
    assert (world.mode, world.execution.state.streak) == ("DRY", 0)
    world.tick(5)
    assert (world.mode, world.execution.state.streak) == ("ARMING", 1)
    world.tick(5, hindered)
    assert (world.mode, world.execution.state.streak) == ("DRY", 0)


def test_the_snapshot_says_how_the_mode_stands(world):
    world.arm(DeskFacts(open_orders=4, unmet=()))
    world.clock.sleep(2)
    told = snapshot(world.execution)
    assert (told.effective, told.state, told.epoch, told.streak) == ("LIVE", "LIVE", 7, 3)
    assert (told.read_age_s, told.lease_remaining_s) == (2.0, 888.0)
    assert (told.requested, told.requested_by, told.requested_for) == ("LIVE", "ada", "test")
    assert [(each.before, each.after, each.count) for each in told.changes] == [
        ("ARMING", "LIVE", 1)
    ]
    assert not told.estop_active
    world.execution.stop("api")
    told = snapshot(world.execution)
    assert (told.effective, told.estop_active, told.stopped_by) == ("HALT", True, "api")
    assert told.latched_epoch == 7
    assert msgspec.json.decode(msgspec.json.encode(told))["state"] == "ESTOP"


def test_the_snapshot_says_when_the_flap_window_clears(world):
    world.arm()
    world.store.fault = StoreFault("down")
    world.tick(5)
    assert snapshot(world.execution).flap_clear_in_s == pytest.approx(595.0)
    world.clock.sleep(595)
    assert snapshot(world.execution).flap_clear_in_s == 0.0


def test_an_edited_profile_tightens_at_the_next_look(world):
    world.arm(DeskFacts(open_orders=1, unmet=()))
    world.execution.adopt(msgspec.structs.replace(RULES, max_read_age_s=3.0))
    world.clock.sleep(3.0)
    assert world.mode == "LIVE"
    world.clock.sleep(0.1)
    assert world.mode == "DRAIN"


def test_a_profile_that_lost_live_loses_it_at_the_next_look(world):
    world.arm()
    world.execution.adopt(msgspec.structs.replace(RULES, most="DRY"))
    assert (world.mode, snapshot(world.execution).last_cause) == ("DRY", "capped:profile")


class Hanging(ShelfStore):
    """A store whose read hangs until it is let go."""

    def __init__(self, clock):
        super().__init__(clock)
        self.gate = threading.Event()
        self.gate.set()

    def read(self):
        assert self.gate.wait(30)
        return super().read()


@pytest.mark.plan("004-003")
def test_a_store_that_hangs_blocks_no_tick_and_demotes(tmp_path):
    clock = SystemClock()
    rules = msgspec.structs.replace(
        RULES, arm_spacing_s=0.01, arm_min_span_s=0.1, read_interval_s=0.05, read_timeout_s=0.6,
        max_read_age_s=1.0,
    )  # fmt: skip
    world = ModeWorld(tmp_path, rules)
    store = Hanging(world.clock)
    store.raw = encode(record(7, wall=clock.wall()))
    execution = ExecutionMode(rules, world.files, clock, lambda: world.sha)
    reader = ModeReader(store, execution, OverrideFile(tmp_path, clock))
    reader.tick(QUIET)
    reader.booted()
    reader.start()
    try:
        wait_for(lambda: execution.look().mode == "LIVE", 5)
        store.gate.clear()
        began = clock.monotonic()
        slowest = 0.0
        while execution.look().mode == "LIVE" and clock.monotonic() - began < 5:
            before = clock.monotonic()
            reader.tick(QUIET)
            slowest = max(slowest, clock.monotonic() - before)
            time.sleep(0.01)
        assert execution.look().mode == "DRY"
        assert clock.monotonic() - began < 1.0 + BUSY
        assert slowest < rules.read_timeout_s, "a tick waited for the store"
        assert execution.tallies.read_failures["timeout"] == 1
        execution.stop("api")
        assert execution.look().mode == "ESTOP", "a stop waits for nothing"
    finally:
        store.gate.set()
        reader.close()
    assert not any(each.name == "mode-reader" and each.is_alive() for each in threading.enumerate())


def test_an_unknown_fault_of_a_store_is_a_failed_read_and_ends_no_thread(tmp_path):
    clock = SystemClock()
    world = ModeWorld(tmp_path, msgspec.structs.replace(RULES, read_interval_s=0.02))
    execution = ExecutionMode(world.rules, world.files, clock, lambda: world.sha)
    store = ShelfStore(world.clock)

    def broken():
        raise ZeroDivisionError

    store.read = broken
    reader = ModeReader(store, execution, OverrideFile(tmp_path, clock))
    reader.start()
    try:
        wait_for(lambda: execution.tallies.read_failures["exception"] >= 3, 5)
    finally:
        reader.close()
    assert set(execution.tallies.read_failures) == {"exception"}


def wait_for(holds, seconds):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)

"""The Redis store against a real server that is killed, hung, emptied and started again."""

import time

import msgspec
import pytest
from mode_world import QUIET, RULES, SHA, ModeWorld, record

from holdfast.clock import SystemClock
from holdfast.safety.caps import OverrideFile
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_record import encode, parse
from holdfast.safety.mode_request import Requester, Requests
from holdfast.safety.mode_store import StoreFault
from holdfast.safety.mode_store_redis import RedisModeStore, key_of
from holdfast.safety.reader import ModeReader
from holdfast.safety.snapshot import snapshot

WHO = Requester(env="staging", profile_sha="5" * 64, actor="ada", reason="test")
BUSY = 3.0  # seconds a machine with much to do may add to what is measured


@pytest.fixture
def store(redis_server):
    kept = RedisModeStore(redis_server.url, "staging", "acct", timeout=0.3)
    yield kept
    kept.close()


@pytest.fixture
def world(tmp_path, store):
    """Put a desk on the real store; its clock moves by hand, the server's silence is real."""
    made = ModeWorld(tmp_path / "desk")
    made.store = store
    made.start()
    return made


def arm(world):
    store = world.store
    store.compare_and_set(0, record(7))
    world.reader.tick(QUIET)
    world.reader.booted()
    for _ in range(3):
        world.tick(5)
    assert world.mode == "LIVE"


def test_the_key_says_whose_it_is_and_never_expires(store, redis_server):
    store.compare_and_set(0, record(1))
    client = redis_server.client()
    assert store.key == key_of("staging", "acct") == "holdfast:staging:acct:mode"
    assert client.keys() == [b"holdfast:staging:acct:mode"]
    assert client.ttl(store.key) == -1


@pytest.mark.plan("004-043", "004-066", "004-067", "004-003")
def test_killing_the_server_demotes_and_three_good_reads_after_its_restart_arm(world, redis_server):
    arm(world)
    redis_server.kill()
    world.tick(5)
    assert (world.mode, world.execution.state.streak) == ("DRY", 0)
    for _ in range(3):
        world.tick(5)
    redis_server.start()
    world.clock.sleep(600)
    streaks = []
    for _ in range(3):
        world.tick(5)
        streaks.append((world.mode, world.execution.state.streak))
    assert streaks == [("ARMING", 1), ("ARMING", 2), ("LIVE", 3)]
    assert parse(world.store.read()).expires_at == record(7).expires_at, "it outlived the server"


@pytest.mark.plan("004-003")
def test_a_server_that_hangs_costs_one_time_out_and_demotes(world, redis_server):
    arm(world)
    redis_server.hang()
    try:
        began = time.monotonic()
        world.tick(5)
        took = time.monotonic() - began
        assert (world.mode, world.execution.tallies.read_failures) == ("DRY", {"timeout": 1})
        assert 0.2 < took < 2.0
        with pytest.raises(StoreFault) as caught:
            Requests(world.store, world.files, world.clock).estop(WHO)
        assert caught.value.kind == "timeout"
    finally:
        redis_server.go_on()
    assert parse(world.store.read()).requested == "LIVE"


def test_a_hang_without_any_answer_demotes_by_age_alone(world, redis_server):
    arm(world)
    redis_server.hang()
    try:
        for second in range(1, 16):
            world.clock.sleep(1)
            assert world.mode == "LIVE", second
        world.clock.sleep(0.1)
        assert world.mode == "DRY"
    finally:
        redis_server.go_on()


@pytest.mark.plan("004-003")
def test_in_real_time_a_hang_demotes_within_the_age_of_a_read_and_holds_no_tick_up(
    tmp_path, redis_server
):
    clock = SystemClock()
    store = RedisModeStore(redis_server.url, "staging", "acct", timeout=0.6)
    store.compare_and_set(0, record(7, wall=clock.wall()))
    rules = msgspec.structs.replace(
        RULES, arm_spacing_s=0.01, arm_min_span_s=0.1, read_interval_s=0.05,
        read_timeout_s=0.6, max_read_age_s=2.0,
    )  # fmt: skip
    execution = ExecutionMode(rules, StopFiles(tmp_path / "desk"), clock, lambda: SHA)
    reader = ModeReader(store, execution, OverrideFile(tmp_path, clock))
    reader.booted()
    reader.tick(QUIET)
    reader.start()
    try:
        until(reader, "LIVE", 10.0)
        redis_server.hang()
        took, slowest = until(reader, "DRY", 10.0)
        redis_server.go_on()
        until(reader, "ARMING", 10.0)
    finally:
        redis_server.go_on()
        reader.close()
    assert took < 2.0 + BUSY
    assert slowest < rules.read_timeout_s, "a tick waited for the store"
    assert execution.counted().read_failures["timeout"] >= 1


def until(reader, mode, seconds):
    """Tick until a mode is reached; say how long that and the slowest tick took."""
    began, slowest = time.monotonic(), 0.0
    while reader.execution.look().mode != mode:
        before = time.monotonic()
        assert before - began < seconds, f"{mode} was not reached"
        reader.tick(QUIET)
        slowest = max(slowest, time.monotonic() - before)
        time.sleep(0.01)
    return time.monotonic() - began, slowest


def test_an_evicted_record_demotes_and_touches_no_stop(world, redis_server):
    arm(world)
    redis_server.client().delete(world.store.key)
    world.tick(5)
    assert (world.mode, world.execution.tallies.read_failures) == ("DRY", {"missing": 1})
    ask = Requests(world.store, world.files, world.clock)
    assert ask.estop(WHO).epoch == 8, "the epoch goes on from the highest this desk has seen"
    world.tick(5)
    redis_server.client().flushall()
    for _ in range(4):
        world.tick(5)
    assert (world.mode, snapshot(world.execution).estop_active) == ("ESTOP", True)


def test_a_stop_of_one_desk_reaches_another(world, redis_server, tmp_path):
    arm(world)
    elsewhere = RedisModeStore(redis_server.url, "staging", "acct", timeout=0.3)
    other = ModeWorld(tmp_path / "other")
    Requests(elsewhere, other.files, world.clock).estop(WHO)
    world.tick(5)
    assert world.mode == "ESTOP"


def test_records_of_other_accounts_and_environments_are_not_ours(store, redis_server):
    store.compare_and_set(0, record(1))
    for env, account in (("live", "acct"), ("staging", "other")):
        stranger = RedisModeStore(redis_server.url, env, account)
        assert stranger.read() is None
        stranger.close()


@pytest.mark.parametrize(
    ("policy", "warned"),
    [("noeviction", 0), ("volatile-lru", 0), ("allkeys-lru", 1), ("allkeys-random", 1)],
)
def test_a_server_that_may_evict_the_record_is_warned_of(store, redis_server, policy, warned):
    redis_server.client().config_set("maxmemory-policy", policy)
    warnings = store.warnings()
    assert len(warnings) == warned
    assert all(policy in warning for warning in warnings)


def test_a_server_that_does_not_tell_its_policy_is_warned_of(redis_server, store):
    redis_server.kill()
    redis_server.start("--rename-command", "CONFIG", "")
    assert "does not say" in store.warnings()[0]


def test_a_key_of_another_kind_is_a_fault(store, redis_server):
    redis_server.client().rpush(store.key, "x")
    with pytest.raises(StoreFault):
        store.read()
    with pytest.raises(StoreFault):
        store.compare_and_set(0, record(1))


def test_a_server_out_of_memory_takes_no_record_and_loses_none(store, redis_server):
    store.compare_and_set(0, record(1))
    redis_server.client().config_set("maxmemory", "1")
    with pytest.raises(StoreFault):
        store.compare_and_set(1, record(2))
    assert store.read() == encode(record(1))


def test_a_server_with_a_password_is_asked_with_it_and_it_is_never_told(redis_server):
    redis_server.client().config_set("requirepass", "hunter2")
    with pytest.raises(StoreFault) as caught:
        RedisModeStore(redis_server.url, "staging", "acct").read()
    assert "hunter2" not in str(caught.value)
    opened = RedisModeStore(redis_server.url, "staging", "acct", password="hunter2")  # noqa: S106
    assert opened.read() is None
    with pytest.raises(StoreFault) as caught:
        RedisModeStore(redis_server.url, "staging", "acct", password="wrong-one").read()  # noqa: S106
    assert "wrong-one" not in str(caught.value)

"""Stops by file: they work when nothing else does, and outlive the process."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from mode_world import QUIET, ModeWorld, record

from holdfast.domain.errors import CommandRefused
from holdfast.safety import durable
from holdfast.safety.execution import StopNotDurable
from holdfast.safety.kill import ESTOP, RESUME, Latch, Resume
from holdfast.safety.mode_request import Requester, Requests
from holdfast.safety.mode_store import StoreFault

HERE = Path(__file__).resolve().parents[2]
WHO = Requester(env="staging", profile_sha="5" * 64, actor="ada", reason="test")


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def requests(world):
    return Requests(world.store, world.files, world.clock)


@pytest.mark.plan("004-069")
def test_a_kill_file_works_with_the_store_down(world):
    world.arm()
    world.store.fault = StoreFault("down", "timeout")
    world.files.kill("odd fills")
    assert world.mode == "ESTOP"
    assert world.files.latched().source == "kill_file"


def test_any_file_of_that_name_kills_whatever_is_in_it(world):
    world.arm()
    world.files.kill_path.write_bytes(b"")
    assert world.files.killed()
    assert world.mode == "ESTOP"


def test_a_kill_file_that_cannot_be_looked_at_kills(world, monkeypatch):
    world.arm()

    def denied(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "stat", denied)
    assert world.files.killed()


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_kill_stands_even_where_the_disk_is_full(world, monkeypatch, call):
    world.arm()
    monkeypatch.setattr(os, call, full)
    world.files.kill("odd fills")
    monkeypatch.undo()
    assert world.mode == "ESTOP"


def test_estop_survives_restart_and_store_loss(world):
    world.arm()
    world.execution.stop("api")
    world.store.raw = None
    world.start()
    assert world.mode == "ESTOP"
    world.reader.booted()
    world.tick(5)
    world.put(record(7, wall=world.clock.wall()))
    for _ in range(5):
        world.tick(5)
    assert (world.mode, world.execution.state.latched_epoch) == ("ESTOP", 7)


@pytest.mark.parametrize("source", ["store", "file", "api"])
def test_a_stop_set_on_any_copy_wins(world, source):
    world.arm()
    if source == "store":
        world.put(record(8, estop=True, requested="DRY"))
        world.tick(5)
    elif source == "file":
        world.files.kill("x")
        world.tick(0)
    else:
        world.execution.stop("api")
    assert world.mode == "ESTOP"
    assert (world.folder / ESTOP).exists()


def test_the_latch_is_on_disk_before_a_stop_is_acknowledged(world, monkeypatch):
    world.arm()
    order = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("fsync"), real(fd))[1])
    world.execution.stop("api")
    order.append("acknowledged")
    assert order == ["fsync", "fsync", "acknowledged"], "the file, then its name, then the answer"
    assert world.files.latched() == Latch(
        source="api", reason="estop:api", at=world.clock.wall(), epoch=7
    )


def test_a_stop_counts_at_once_while_another_thread_is_stuck_on_the_disk(world, monkeypatch):
    world.arm()
    real, gate, stuck = os.fsync, threading.Event(), threading.Event()

    def slow(descriptor):
        stuck.set()
        assert gate.wait(30)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", slow)
    world.put(record(8, wall=world.clock.wall()))
    reading = threading.Thread(target=world.reader.read)
    reading.start()
    assert stuck.wait(30), "the reader is writing down epoch 8"
    stopping = threading.Thread(target=world.execution.stop, args=("api",))
    stopping.start()
    try:
        end = time.monotonic() + 10
        while world.execution.state.mode != "ESTOP":
            assert time.monotonic() < end
        assert stopping.is_alive(), "it is not acknowledged before it is on disk"
    finally:
        gate.set()
        reading.join(10)
        stopping.join(10)
    assert world.files.latched().source == "api"


@pytest.mark.crash
def test_an_acknowledged_stop_outlives_a_kill_of_the_process(world):
    program = """
        import os, pathlib, signal, sys
        sys.path.append(sys.argv[2])
        from mode_world import ModeWorld
        world = ModeWorld(pathlib.Path(sys.argv[1]))
        world.arm()
        world.execution.stop("api")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    words = [sys.executable, "-c", textwrap.dedent(program), str(world.folder), str(HERE)]
    assert subprocess.run(words, check=False, timeout=120).returncode == -signal.SIGKILL
    world.start()
    state = world.execution.state
    assert (state.mode, state.stopped_by, state.latched_epoch) == ("ESTOP", "api", 7)
    assert not list(world.folder.glob(".*.part"))


def test_a_stop_that_cannot_be_remembered_stops_all_the_same_and_says_so(world, monkeypatch):
    world.arm()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StopNotDurable, match="No space left"):
        world.execution.stop("api")
    assert world.mode == "ESTOP"
    assert world.execution.latch_fault
    monkeypatch.undo()
    world.tick(0)
    assert (world.execution.latch_fault, world.files.latched().source) == ("", "api")


def test_a_damaged_memory_of_a_stop_is_a_stop(world):
    world.folder.mkdir(parents=True, exist_ok=True)
    (world.folder / ESTOP).write_bytes(b"{")
    world.start()
    assert world.mode == "ESTOP"


@pytest.mark.plan("004-069")
def test_the_way_back_is_a_cleared_record_of_a_higher_epoch_and_an_operators_word(world):
    world.arm()
    world.files.kill("odd fills")
    world.tick(1)
    ask = requests(world)
    with pytest.raises(CommandRefused, match="not above the stop's 7"):
        ask.resume("ada", "over")
    with pytest.raises(CommandRefused, match="is stopped"):
        ask.live(WHO, 900)
    assert ask.clear(WHO).epoch == 8
    world.tick(5)
    assert world.mode == "ESTOP"
    assert ask.resume("ada", "over").epoch == 8
    assert not world.files.killed()
    world.tick(5)
    assert world.mode == "DRY"
    assert world.files.latched() is None
    assert world.files.resumed() is None
    assert not list(world.folder.glob("*.part"))


def test_the_word_of_an_operator_waits_for_a_desk_that_is_down(world):
    world.arm()
    world.execution.stop("api")
    ask = requests(world)
    ask.clear(WHO)
    ask.resume("ada", "over")
    world.start()
    assert world.mode == "ESTOP"
    world.reader.booted()
    world.tick(5)
    assert world.mode == "DRY"


def test_a_kill_after_the_resume_needs_a_resume_of_its_own(world):
    world.arm()
    world.execution.stop("api")
    ask = requests(world)
    ask.clear(WHO)
    ask.resume("ada", "over")
    world.files.kill("no, wait")
    world.files.kill_path.unlink()
    world.tick(5)
    assert world.mode == "ESTOP"
    assert world.files.resumed() is None


@pytest.mark.parametrize(("apart", "refused"), [(-1, True), (0, True), (1, False)])
def test_a_kill_no_desk_has_seen_is_resumed_by_a_newer_record_only(world, apart, refused):
    world.files.kill("x")
    at = world.files.kill_stamp() // 1000
    world.clock.jump((at + apart - world.clock.wall()) / 1_000_000)
    ask = requests(world)
    ask.clear(WHO)
    if not refused:
        assert ask.resume("ada", "over").epoch == 1
        return
    with pytest.raises(CommandRefused, match="older than the kill file"):
        ask.resume("ada", "over")
    assert world.files.killed()


def test_a_second_kill_after_the_clearing_needs_a_clearing_of_its_own(world):
    world.arm()
    world.files.kill("first")
    world.tick(1)
    ask = requests(world)
    ask.clear(WHO)
    world.tick(5)
    world.files.kill("second")
    os.utime(world.files.kill_path, ns=(1, 1))
    world.tick(1)
    with pytest.raises(CommandRefused, match="not above the stop's 8"):
        ask.resume("ada", "over")
    ask.clear(WHO)
    ask.resume("ada", "over")
    world.tick(5)
    assert world.mode == "DRY"


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (lambda _: None, "nothing is stopped"),
        (lambda world: world.execution.stop("api"), "no readable record"),
        (lambda world: (world.execution.stop("api"), requests(world).estop(WHO)), "still asks"),
    ],
)
def test_a_resume_that_cannot_be_is_refused_at_the_command(world, prepare, why):
    prepare(world)
    with pytest.raises(CommandRefused, match=why):
        requests(world).resume("ada", "over")
    assert not (world.folder / RESUME).exists()


def test_a_word_for_an_older_stop_is_taken_away(world):
    world.arm()
    world.execution.stop("api")
    world.files.resume(Resume(epoch=7, actor="ada", reason="too early", at=0))
    world.tick(5)
    assert (world.mode, world.files.resumed()) == ("ESTOP", None)


def test_a_word_where_nothing_is_stopped_is_taken_away(world):
    world.arm()
    world.files.resume(Resume(epoch=9, actor="ada", reason="stray", at=0))
    world.tick(5)
    assert (world.mode, world.files.resumed()) == ("LIVE", None)


def test_the_highest_epoch_outlives_the_process_and_the_store(world):
    world.arm(epoch=7)
    world.store.raw = None
    world.start()
    world.put(record(6, wall=world.clock.wall()))
    world.reader.tick(QUIET)
    assert world.execution.tallies.read_failures == {"older_epoch": 1}
    assert requests(world).dry(WHO).epoch == 8


def test_a_durable_write_that_fails_leaves_no_part_behind(tmp_path, monkeypatch):
    durable.write_durable(tmp_path / "a", b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        durable.write_durable(tmp_path / "a", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_two_desks_of_two_folders_do_not_stop_one_another(tmp_path):
    one, other = ModeWorld(tmp_path / "one"), ModeWorld(tmp_path / "other")
    one.arm()
    other.arm()
    one.files.kill("x")
    assert (one.mode, other.mode) == ("ESTOP", "LIVE")

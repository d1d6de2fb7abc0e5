"""The file store under death, a full disk, and setters in other processes."""

import errno
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from mode_world import record

from holdfast.clock import FixedClock, SystemClock
from holdfast.safety.mode_record import encode, parse
from holdfast.safety.mode_store import EpochConflict, StoreFault
from holdfast.safety.mode_store_file import FileModeStore

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path):
    return FileModeStore(tmp_path / "desk" / "mode.json", SystemClock())


def setter(body: str, *words: str) -> subprocess.Popen[str]:
    """Start another process that has the store at hand."""
    head = """
        import os, signal, sys, pathlib
        sys.path.append(sys.argv[2])
        from mode_world import record
        from holdfast.clock import SystemClock
        from holdfast.safety.mode_store import EpochConflict
        from holdfast.safety.mode_store_file import FileModeStore
        store = FileModeStore(pathlib.Path(sys.argv[1]), SystemClock(), timeout=20)
    """
    program = textwrap.dedent(head) + textwrap.dedent(body)
    return subprocess.Popen(
        [sys.executable, "-c", program, *words], stdout=subprocess.PIPE, text=True
    )


def test_the_record_is_for_its_owner_only(store):
    store.compare_and_set(0, record(1))
    for path in store.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


def test_a_setter_killed_between_writing_and_renaming_leaves_the_old_record(store):
    store.compare_and_set(0, record(1))
    body = """
        pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        store.compare_and_set(1, record(2))
    """
    dead = setter(body, str(store.path), str(HERE))
    assert dead.wait(60) == -signal.SIGKILL
    assert store.read() == encode(record(1))
    assert list(store.path.parent.glob(".*.part")), "it died after it wrote"
    store.compare_and_set(1, record(3))
    assert parse(store.read()).epoch == 3
    assert list(store.path.parent.glob(".*.part")) == []


def test_two_processes_race_and_no_epoch_is_given_twice(store):
    store.compare_and_set(0, record(1))
    body = """
        for epoch in range(1, 61):
            try:
                store.compare_and_set(epoch, record(epoch + 1, actor=sys.argv[3]))
                print("won", epoch + 1)
            except EpochConflict:
                pass
    """
    racers = [setter(body, str(store.path), str(HERE), name) for name in ("ada", "ben")]
    won = [
        int(line.split()[1])
        for racer in racers
        for line in racer.communicate(timeout=120)[0].splitlines()
        if line.startswith("won")
    ]
    assert len(won) == len(set(won))
    assert parse(store.read()).epoch == max(won) == 61


def test_a_setter_that_holds_the_turn_too_long_is_told_of(store, tmp_path):
    body = """
        with store._turn():
            print("held", flush=True)
            signal.pause()
    """
    holder = setter(body, str(store.path), str(HERE))
    try:
        assert holder.stdout.readline() == "held\n"
        quick = FileModeStore(store.path, FixedClock(), timeout=0.5)
        with pytest.raises(StoreFault, match="another setter") as caught:
            quick.compare_and_set(0, record(1))
        assert caught.value.kind == "timeout"
        assert quick.read() is None
    finally:
        holder.kill()
        holder.wait(10)
    quick.compare_and_set(0, record(1))


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_full_disk_changes_nothing_and_is_told(store, monkeypatch, call):
    store.compare_and_set(0, record(1))

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    if call == "write":
        import resource

        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    elif call == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    try:
        with pytest.raises(StoreFault, match="cannot be written"):
            store.compare_and_set(1, record(2))
    finally:
        if call == "write":
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert store.read() == encode(record(1))
    assert list(store.path.parent.glob(".*.part")) == []


def test_a_file_that_cannot_be_read_is_a_fault_and_not_a_missing_record(store):
    store.path.mkdir(parents=True)
    with pytest.raises(StoreFault, match="cannot be read") as caught:
        store.read()
    assert caught.value.kind == "exception"


def test_a_reader_never_sees_a_part_of_a_record(store):
    store.compare_and_set(0, record(1, reason="x" * 400))
    body = """
        for epoch in range(1, 200):
            store.compare_and_set(epoch, record(epoch + 1, reason="y" * (1 + epoch % 400)))
    """
    writer = setter(body, str(store.path), str(HERE))
    seen = set()
    while writer.poll() is None:
        seen.add(parse(store.read()).epoch)
    assert writer.returncode == 0
    assert seen <= set(range(1, 201))
    assert parse(store.read()).epoch == 200


def test_a_lost_race_is_a_conflict_with_the_epoch_that_won(store):
    store.compare_and_set(0, record(5))
    with pytest.raises(EpochConflict) as caught:
        store.compare_and_set(4, record(6))
    assert caught.value.found == 5

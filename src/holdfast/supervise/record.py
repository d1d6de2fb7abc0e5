"""Keep `var/up.json`: which `up` runs which runtime, its processes, ports and addresses.

Rules: one claim a runtime, held by a lock the kernel releases with the process; the file is
replaced whole, mode 0600; a process is only ever taken for ours when pid and start time match.
"""

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil

from holdfast.clock import SystemClock
from holdfast.supervise.folders import private
from holdfast.supervise.lifeline import kill_group, signal_group

SAME_START_SECONDS = 1.0
PATIENCE_SECONDS = 6.0


class Process(msgspec.Struct, frozen=True):
    """A process as we started it."""

    name: str
    pid: int
    started: float


class Record(msgspec.Struct, frozen=True):
    """One running `up`."""

    pid: int
    started: float
    profile: str
    runtime: str
    ports: dict[str, int]
    urls: dict[str, str]
    children: tuple[Process, ...] = ()


class Claim:
    """The right to be the only `up` of something, as long as this process lives."""

    def __init__(self, path: Path) -> None:
        private(path.parent)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._descriptor = os.open(path, flags, 0o600)

    def take(self) -> bool:
        """Take the claim; say no when another process holds it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give the claim back."""
        os.close(self._descriptor)


def read_records(path: Path) -> dict[str, Record]:
    """Read the file; a missing or damaged one names nobody."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Record])
    except (OSError, msgspec.MsgspecError):
        return {}


def write_record(path: Path, runtime: str, record: Record | None) -> None:
    """Replace the entry of `runtime`, or take it out."""
    with _sole_writer(path):
        records = read_records(path)
        records.pop(runtime, None)
        if record is not None:
            records[runtime] = record
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(records), indent=2) + b"\n")
        draft.replace(path)


def describe(name: str, pid: int) -> Process | None:
    """Note a running process with its start time, or nothing when it is gone."""
    try:
        return Process(name, pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_same(process: Process) -> bool:
    """Say whether the pid still belongs to the process that was noted."""
    now = describe(process.name, process.pid)
    return now is not None and abs(now.started - process.started) < SAME_START_SECONDS


def stop_leftovers(record: Record, patience: float = PATIENCE_SECONDS) -> tuple[str, ...]:
    """Stop the noted children that are still the same processes; return their names."""
    left = [child for child in record.children if is_same(child)]
    for child in left:
        signal_group(child.pid, signal.SIGTERM)
    clock = SystemClock()
    deadline = clock.monotonic() + patience
    while any(_runs(child) for child in left) and clock.monotonic() < deadline:
        clock.sleep(0.05)
    for child in left:
        kill_group(child.pid)
    return tuple(child.name for child in left)


def _runs(process: Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return is_same(process) and psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE
    return False


@contextmanager
def _sole_writer(path: Path) -> Iterator[None]:
    private(path.parent)
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

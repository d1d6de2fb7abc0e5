"""Find out whether a desk runs on a runtime, and hold the runtime where none does.

Rules: the lock decides, never a file's presence: the kernel frees it when a desk dies. Who takes it
offline keeps desks out until done. A runtime that is not there is not made.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from holdfast.domain.errors import LedgerError, LedgerLocked
from holdfast.ledger.paths import FILE_MODE, Runtime


class RunningDesk(msgspec.Struct, frozen=True):
    """Where a running desk listens, and the token it wants."""

    url: str
    token: str


@contextmanager
def standing(runtime: Runtime) -> Iterator[RunningDesk | None]:
    """Yield the running desk; or None, and then no desk can start until the block ends."""
    if not runtime.ledger.exists():
        raise LedgerError(
            f"runtime {runtime.folder.name} has no ledger yet; start its desk once, or name "
            "another profile"
        )
    descriptor = os.open(runtime.lock, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield _control(runtime)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield None
    finally:
        os.close(descriptor)


def _control(runtime: Runtime) -> RunningDesk:
    try:
        facts = json.loads(runtime.control.read_bytes())
        return RunningDesk(url=str(facts["url"]).rstrip("/"), token=str(facts["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise LedgerLocked(
            f"runtime {runtime.folder.name} is held by a process that does not say where it "
            "listens; wait for it to start, or stop it"
        ) from None

"""Keep the requested record in a file of the runtime's folder: the default store.

Rules: readers need no lock, they see the old document or the new; setters take turns by `flock`, and
one that cannot get its turn in time is told so and has changed nothing.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from holdfast.clock import Clock
from holdfast.ledger.paths import FILE_MODE, make_private
from holdfast.safety.durable import write_durable
from holdfast.safety.mode_record import ModeRecord, encode, epoch_in
from holdfast.safety.mode_store import EpochConflict, StoreFault, must_rise

TURN_SECONDS = 0.02


class FileModeStore:
    """The requested record in one file."""

    name = "file"

    def __init__(self, path: Path, clock: Clock, *, timeout: float = 2.0) -> None:
        self.path = path
        self._clock = clock
        self._timeout = timeout

    def read(self) -> bytes | None:
        """Return the file's content, None where there is no file; raise StoreFault."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise StoreFault(f"{self.path.name} cannot be read: {fault.strerror}") from fault

    def compare_and_set(self, expected: int, record: ModeRecord) -> None:
        """Replace the file, if `expected` is the epoch in it (0 where none is)."""
        must_rise(expected, record)
        with self._turn():
            found = epoch_in(self.read())
            if found != expected:
                raise EpochConflict(expected, found)
            try:
                self._sweep()
                write_durable(self.path, encode(record))
            except OSError as fault:
                raise StoreFault(f"{self.path.name} cannot be written: {fault.strerror}") from fault

    def warnings(self) -> tuple[str, ...]:
        """Say nothing: a file of ours is not evicted."""
        return ()

    def close(self) -> None:
        """Hold nothing open."""

    @contextmanager
    def _turn(self) -> Iterator[None]:
        try:
            make_private(self.path.parent)
            descriptor = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, FILE_MODE)
        except OSError as fault:
            raise StoreFault(f"{self.path.name} cannot be locked: {fault.strerror}") from fault
        try:
            self._wait_for(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _wait_for(self, descriptor: int) -> None:
        end = self._clock.monotonic() + self._timeout
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as fault:
                if fault.errno not in {errno.EAGAIN, errno.EACCES}:
                    raise StoreFault(f"{self.path.name} cannot be locked: {fault}") from fault
            else:
                return
            if self._clock.monotonic() >= end:
                raise StoreFault(f"another setter holds {self.path.name}", "timeout")
            self._clock.sleep(TURN_SECONDS)

    def _sweep(self) -> None:
        # What a setter killed between writing and renaming left; we hold the lock, so nobody owns it.
        for part in self.path.parent.glob(f".{self.path.name}.*.part"):
            with suppress(OSError):
                part.unlink()

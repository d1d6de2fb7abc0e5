"""Publish the desk's read models beside the ledger, on a thread of its own.

Rules: it only reads, through a cursor of its own, and never holds a commit up; status goes out at
most every `status_every` seconds, tables and events at most every `tables_every`; a full disk or
any other fault is kept in `problem`, logged once, and tried again.
"""

import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa

from holdfast.clock import Clock
from holdfast.ledger.generation import Generations
from holdfast.ledger.manifest import STATUS, Manifest
from holdfast.ledger.paths import make_private, write_private
from holdfast.telemetry import log

_FAULTS = (OSError, duckdb.Error, pa.ArrowException)


class Publisher:
    """Writes `published/` while a desk runs."""

    def __init__(
        self,
        cursor: Callable[[], duckdb.DuckDBPyConnection],
        folder: Path,
        clock: Clock,
        *,
        runtime: str = "",
        status_every: float = 0.5,
        tables_every: float = 5.0,
    ) -> None:
        self.problem: str | None = None
        self.manifest: Manifest | None = None
        self._cursor = cursor
        self._folder = folder
        self._clock = clock
        self._status_every = status_every
        self._tables_every = tables_every
        self._generations = Generations(folder, runtime or folder.parent.name)
        self._status: bytes | None = None
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._tables_due = clock.monotonic()

    def offer(self, status: bytes) -> None:
        """Hand in the newest status; cheap, called after every tick."""
        self._status = status
        self._wake.set()

    def start(self) -> None:
        """Start publishing on a thread."""
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Publish once more, whole, and end the thread; the ledger must still be open."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.publish()

    def publish(self) -> bool:
        """Write status, tables, events and manifest now; return whether it went well."""
        return self._guarded(self._publish_all)

    def _publish_all(self) -> None:
        self._write_status()
        cursor = self._cursor()
        try:
            self.manifest = self._generations.publish(cursor, self._clock.wall())
        finally:
            cursor.close()

    def _run(self) -> None:
        pause = threading.Event()
        while not self._stopping:
            if self._clock.monotonic() >= self._tables_due:
                self._tables_due = self._clock.monotonic() + self._tables_every
                self.publish()
            else:
                self._guarded(self._write_status)
            self._wake.wait(max(0.0, self._tables_due - self._clock.monotonic()))
            self._wake.clear()
            if not self._stopping:
                pause.wait(self._status_every)

    def _write_status(self) -> None:
        status, self._status = self._status, None
        if status is None:
            return
        try:
            make_private(self._folder)
            write_private(self._folder / STATUS, status)
        except OSError:
            if self._status is None:
                self._status = status
            raise

    def _guarded(self, work: Callable[[], None]) -> bool:
        with self._lock:
            try:
                work()
            except _FAULTS as error:
                if self.problem is None:
                    log.warning(f"publishing failed and is tried again: {error}")
                self.problem = str(error)
                return False
        self.problem = None
        return True

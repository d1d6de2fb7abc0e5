"""Hold what passes between the desk's thread and a recorder's: an offered tick, a session's seat.

Every method says in brackets in whose thread it is called. A claim is made once and never taken back.
"""

import threading
from collections import deque
from collections.abc import Callable

from holdfast.clock import Clock
from holdfast.desk.bracket.table import TickTable
from holdfast.desk.tick import TickSummary

Hear = Callable[["Offer | None"], None]


class Offer:
    """One tick offered for a record; the first to claim it decides whether it has one."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.offered = False
        self.seen = False
        self.task_run = ""
        self.summary: TickSummary | None = None
        self.error = ""
        self._lock = threading.Lock()
        self._claimed = False
        self._opened = threading.Event()
        self._ended = False
        self._tell: Callable[[], None] | None = None

    def open(self, task_run: str, tell: Callable[[], None]) -> bool:
        """Claim the tick for a record (recorder); `tell` is called once the tick is over."""
        with self._lock:
            self.seen = True
            if self._claimed:
                return False
            self._claimed = True
            self.task_run = task_run
            self._tell = tell
            self._opened.set()
            ended = self._ended
        if ended:
            tell()
        return True

    def wait(self, seconds: float) -> bool:
        """Wait for a record (desk); after so many seconds claim the tick for the desk alone."""
        self.offered = True
        if self._opened.wait(seconds):
            return True
        with self._lock:
            if not self._claimed:
                self._claimed = True
                return False
        return True

    def end(self, summary: TickSummary) -> None:
        """Say what the tick did (desk)."""
        self.summary = summary
        self._over()

    def fail(self, error: str) -> None:
        """Say that the tick failed (desk)."""
        self.error = error
        self._over()

    def sentence(self) -> str:
        """Say what came of the tick (recorder)."""
        if self.summary is None:
            return f"tick {self.number} failed: {self.error}"
        return line_of(self.summary)

    def _over(self) -> None:
        with self._lock:
            self._ended = True
            tell = self._tell
        if tell is not None:
            tell()


class Seat:
    """One session's place: who listens there, since when, and what passed."""

    def __init__(self, profile: str, clock: Clock, stop: threading.Event) -> None:
        self.profile = profile
        self.over = False
        self.table = TickTable()
        self.farewell = ""
        self._clock = clock
        self._stop = stop
        self._opened = clock.monotonic()
        self._hear: Hear | None = None
        self._late: deque[Offer] = deque(maxlen=1)
        self._lock = threading.Lock()

    def take(self, hear: Hear) -> None:
        """Begin to listen (recorder); `hear` gets each offer, and None when it is time to go."""
        with self._lock:
            self._hear = hear
            gone = self.farewell != ""
        if gone:
            hear(None)

    def leave(self, farewell: str) -> None:
        """End the session, saying why (anyone); the first reason counts."""
        with self._lock:
            first, hear = self.farewell == "", self._hear
            self.farewell = self.farewell or farewell
        if first and hear is not None:
            hear(None)

    def ask_stop(self) -> None:
        """Pass on that somebody wants the desk to stop (recorder)."""
        self._stop.set()

    def stop_asked(self) -> bool:
        """Say whether somebody wanted the desk to stop (recorder)."""
        return self._stop.is_set()

    def listening(self) -> bool:
        """Say whether offers are heard here (desk)."""
        return self._hear is not None and self.farewell == "" and not self.over

    def age(self) -> float:
        """Say how many seconds ago the session was opened (keeper)."""
        return self._clock.monotonic() - self._opened

    def offer(self, offer: Offer, patience: float) -> bool:
        """Offer a tick and wait (desk); while a late one was not even seen, do not wait again."""
        offer.offered = True
        hear = self._hear
        if hear is None or any(not late.seen for late in self._late):
            return False
        self._late.clear()
        hear(offer)
        if offer.wait(patience):
            return True
        self._late.append(offer)
        return False


def line_of(summary: TickSummary) -> str:
    """Say in one line what a tick did, and which rows of the ledger it wrote."""
    first, last = summary.first_sequence, summary.last_sequence
    rows = f"ledger {first}-{last}" if last >= first else f"ledger unchanged at {last}"
    return f"{rows}; {summary.events} events, {summary.fills} fills, {summary.orders} orders"

"""Hand the newest status from the desk's thread to everyone else, without a lock.

A snapshot is never changed once it is on the board; putting up the next one is one assignment.
"""

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

import msgspec

from holdfast.clock import Clock
from holdfast.config.profile import Profile
from holdfast.desk.counters import Counters
from holdfast.desk.desk import Desk
from holdfast.desk.status.document import tell
from holdfast.desk.status.facts import Facts
from holdfast.desk.status.slots import SlotRows
from holdfast.desk.tick import TickSummary

SILENCE_SECONDS = 30.0


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A status as document and as bytes, and the counters of that moment.

    `ticked` is the machine's monotonic time of the last tick in seconds, `ticked_at` its wall time;
    `silence` is how many seconds without a tick count as a fault.
    """

    status: Mapping[str, Any]
    body: bytes
    counters: Counters
    counts: Mapping[tuple[str, ...], float]
    running: bool
    ticked: float
    ticked_at: int
    silence: float = SILENCE_SECONDS


class StatusBoard:
    """Where the newest snapshot hangs."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None

    def swap(self, snapshot: Snapshot) -> None:
        """Put a snapshot up; called from the desk's thread."""
        self._snapshot = snapshot

    def read(self) -> Snapshot | None:
        """Take the newest; called from any thread."""
        return self._snapshot


class StatusReport:
    """Builds a snapshot after each tick, and whenever something else changed the desk."""

    def __init__(
        self,
        board: StatusBoard,
        facts: Facts,
        clock: Clock,
        profile: Callable[[], Profile],
        session: Callable[[], str],
    ) -> None:
        self.board = board
        self.facts = facts
        self.profile = profile
        self._session = session
        self._clock = clock
        self._rows = SlotRows()
        self._ticked, self._ticked_at = clock.monotonic(), 0

    def __call__(self, desk: Desk, summary: TickSummary) -> None:
        """Report after a tick."""
        self._ticked, self._ticked_at = self._clock.monotonic(), self._clock.wall()
        if not summary.over:
            self.facts.price_seen = self._ticked_at
            self.facts.prices.append(desk.mark)
        self.now(desk)

    def now(self, desk: Desk) -> Snapshot:
        """Report the desk as it is, between ticks."""
        wall = self._clock.wall()
        told = tell(desk, self.profile(), self._session(), wall, self.facts, self._rows)
        snapshot = Snapshot(
            status=told.whole(),
            body=told.body(),
            counters=copy(desk.counters),
            counts=self.facts.tally.counts.told(),
            running=desk.running,
            ticked=self._ticked,
            ticked_at=self._ticked_at,
            silence=silence_limit(self.profile()),
        )
        self.board.swap(snapshot)
        return snapshot


def silence_limit(profile: Profile) -> float:
    """Say how many seconds without a tick count as a fault: three intervals, half a minute at least."""
    settings = profile.settings
    if profile.venue != "paper":
        return max(SILENCE_SECONDS, 3.0 * settings.poll_interval_seconds)
    pause = float(settings.candle_seconds / settings.speed) if settings.speed > 0 else 0.0
    return max(SILENCE_SECONDS, 3.0 * pause)

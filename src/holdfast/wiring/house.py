"""Keep a ledger in good order between ticks, and time how a desk starts."""

from collections.abc import Callable

from holdfast.clock import Clock
from holdfast.config.settings import Settings
from holdfast.desk.desk import Desk
from holdfast.desk.status.counts import Counts
from holdfast.desk.tick import TickSummary
from holdfast.ledger.store import DuckDbLedger
from holdfast.redaction.redactor import REDACTOR
from holdfast.telemetry import log


class Upkeep:
    """Counts ticks and rows, and does what is due."""

    def __init__(self, ledger: DuckDbLedger, settings: Settings) -> None:
        self._ledger = ledger
        self._settings = settings
        self._ticks = 0
        self._snapshot_at = ledger.sequence

    def __call__(self, desk: Desk, summary: TickSummary) -> None:
        """Do what is due after a tick."""
        del desk, summary
        self._ticks += 1
        self._ledger.keep_up()
        if self._ledger.sequence - self._snapshot_at >= self._settings.snapshot_every_events:
            self._snapshot_at = self._ledger.sequence
            self._tidy(self._ledger.snapshot)
        if self._ticks % self._settings.checkpoint_every_ticks == 0:
            self._tidy(self._ledger.checkpoint)

    def _tidy(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OSError as error:
            log.error(f"the ledger's upkeep failed and is tried again: {error}")


class Stopwatch:
    """Times the parts of a start, in whole milliseconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun = self._last = clock.monotonic()
        self._laps: dict[str, int] = {}

    def lap(self, name: str) -> None:
        """End a part."""
        now = self._clock.monotonic()
        self._laps[f"startup_{name}_ms"] = round((now - self._last) * 1000)
        self._last = now

    def done(self) -> dict[str, int]:
        """Return the parts and their whole."""
        whole = round((self._last - self._begun) * 1000)
        return {**self._laps, "startup_total_ms": max(whole, sum(self._laps.values()))}


class Pace:
    """Counts ticks that took longer than their interval, and what was taken out of texts."""

    def __init__(self, counts: Counts, clock: Clock, interval: float) -> None:
        self._counts = counts
        self._clock = clock
        self._interval = interval
        self._begun = clock.monotonic()
        self._redacted = 0

    def begins(self, desk: Desk) -> None:
        """Start the watch; a hook before a tick."""
        del desk
        self._begun = self._clock.monotonic()

    def ends(self, desk: Desk, summary: TickSummary) -> None:
        """Stop the watch; a hook after a tick."""
        del desk, summary
        if 0 < self._interval < self._clock.monotonic() - self._begun:
            self._counts.add("tick_overrun")
        more = REDACTOR.total - self._redacted
        if more > 0:
            self._counts.add("secrets_redacted", by=more)
            self._redacted += more

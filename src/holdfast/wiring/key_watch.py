"""Look at the key of a desk again while it runs, every six hours.

Rules: what a look finds is noted only where it changed; a look that was not answered proves nothing, is
made again after a minute, and takes LIVE away once the last answer is too old; a key that may do too much
holds the desk in DRY and tells people.
"""

from collections.abc import Callable

from holdfast.desk import holds
from holdfast.desk.desk import Desk
from holdfast.desk.status.counts import Counts
from holdfast.safety.key_scopes import RECHECK_SECONDS, recheck_due
from holdfast.telemetry import log
from holdfast.wiring.keys import KeyLook

RETRY_SECONDS = 60.0
PATIENCE_SECONDS = 600.0  # after a recheck was due and nobody answered
REFUSED = "refused"


class KeyWatch:
    """What is known of one key, and when it is looked at next."""

    def __init__(
        self,
        look: Callable[[], KeyLook],
        first: KeyLook,
        fingerprint: str,
        counts: Counts,
        now: float,
    ) -> None:
        self.look = first
        self._ask = look
        self._fingerprint = fingerprint
        self._counts = counts
        self._measured = now if first.verdict.measured else now - RECHECK_SECONDS
        self._tried = now
        self._tell(first)

    @property
    def fault(self) -> str | None:
        """Tell what keeps the key from LIVE: empty is nothing, None is that nobody knows."""
        return self.look.verdict.fault

    def __call__(self, desk: Desk) -> None:
        """Look, where it is time to; a duty between two ticks."""
        now = desk.clock.monotonic()
        if not recheck_due(self._measured, now) or now - self._tried < RETRY_SECONDS:
            return
        self._tried = now
        found = self._ask()
        if found.verdict.measured:
            self._measured = now
        elif now - self._measured < RECHECK_SECONDS + PATIENCE_SECONDS:
            log.warning(f"the key was not looked at: {'; '.join(found.verdict.reasons)}")
            return
        self._take(desk, found)

    def _take(self, desk: Desk, found: KeyLook) -> None:
        before, self.look = self.look.verdict, found
        self._tell(found)
        if found.verdict != before:
            note = found.verdict.noted(self._fingerprint, "trade")
            desk.note(note)
            log.warning(f"the key of this desk is now {note.result}: {note.detail}")
        if found.verdict.standing == REFUSED and holds.ALERT not in desk.books.holds:
            reasons = "; ".join(found.verdict.reasons)
            holds.put_up(desk, holds.ALERT, f"the key may do too much: {reasons}")

    def _tell(self, found: KeyLook) -> None:
        self._counts.set("key_refused", float(found.verdict.standing == REFUSED))

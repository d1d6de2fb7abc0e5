"""Look at the key a desk trades with: at the start, and again while it runs.

Rules: where nobody could say what the key may do, it is asked again every minute, for LIVE waits for it;
a silence later changes nothing, an answer does; what changed is noted once.
"""

from collections.abc import Callable

from holdfast.clock import Clock
from holdfast.desk.desk import Desk
from holdfast.safety.key_scopes import KeyVerdict, recheck_due
from holdfast.wiring.keys import KeyLook, Keyring, look_at_key


class KeyWatch:
    """The looks of one desk at its key."""

    def __init__(self, keyring: Keyring, ask: Callable[[], object], clock: Clock) -> None:
        self._keyring = keyring
        self._ask = ask
        self._clock = clock
        self._looked_at: float | None = None
        self._verdict: KeyVerdict | None = None

    @property
    def fault(self) -> str | None:
        """Tell what keeps the key from LIVE: empty is nothing, None is that nobody knows."""
        return None if self._verdict is None else self._verdict.fault

    def start(self, desk: Desk) -> KeyLook:
        """Look for the first time; raise where the key may do too much."""
        return self._look(desk, starting=True)

    def __call__(self, desk: Desk) -> None:
        """Look again when it is due."""
        measured = self._verdict is not None and self._verdict.measured
        if recheck_due(self._looked_at, self._clock.monotonic(), measured=measured):
            self._look(desk, starting=False)

    def _look(self, desk: Desk, *, starting: bool) -> KeyLook:
        look = look_at_key(self._keyring, self._ask, self._clock, starting=starting)
        self._looked_at = self._clock.monotonic()
        before = self._verdict
        if look.verdict.measured or before is None or not before.measured:
            self._verdict = look.verdict
        if self._verdict != before and self._keyring.lease is not None:
            desk.note(look.verdict.noted(self._keyring.lease.fingerprint, "trade"))
        return look

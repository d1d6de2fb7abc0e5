"""Tell virtual time: the machine's, made faster, or a time that moves only when it is told to.

Rules: a running clock goes on from a durable origin, so the time a dead exchange missed has passed;
a lock-step clock stands where it was put. Neither goes back.
"""

from decimal import Decimal

import msgspec

from holdfast.clock import Clock


class ClockSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where virtual time began, when that was by the machine, and how fast it runs."""

    origin: int
    started: int
    speed: Decimal = Decimal(1)
    lock_step: bool = False


class VirtualClock:
    """The exchange's own time."""

    def __init__(self, settings: ClockSettings, machine: Clock, reached: int) -> None:
        self.settings = settings
        self._machine = machine
        self._reached = max(reached, settings.origin)

    def now(self) -> int:
        """Return virtual time in microseconds UTC."""
        if not self.settings.lock_step:
            passed = self._machine.wall() - self.settings.started
            self._reached = max(
                self._reached, self.settings.origin + int(passed * self.settings.speed)
            )
        return self._reached

    def move(self, to: int) -> None:
        """Put a lock-step clock forward."""
        self._reached = max(self._reached, to)

    def wait_seconds(self, until: int) -> float:
        """Say how long a running clock takes to get somewhere, in seconds of the machine."""
        return max(0.0, float((until - self.now()) / (1_000_000 * self.settings.speed)))

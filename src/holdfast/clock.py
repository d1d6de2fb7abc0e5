"""Read the machine's clocks, in the one place that may.

Wall time only stamps records (`recorded_at`, microseconds UTC). Waiting, leases and staleness use
the monotonic clock. Market time never comes from here.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """What the desk may ask of the machine."""

    def wall(self) -> int:
        """Return the wall time in microseconds since the epoch, UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's own clocks."""

    def wall(self) -> int:
        """Return the wall time in microseconds since the epoch, UTC."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class FixedClock:
    """A clock that moves only when told, for tests and replay."""

    def __init__(self, wall: int = 0) -> None:
        self._wall = wall

    def wall(self) -> int:
        """Return the wall time it was given."""
        return self._wall

    def monotonic(self) -> float:
        """Return the same time in seconds."""
        return self._wall / 1_000_000

    def sleep(self, seconds: float) -> None:
        """Move on by `seconds` at once."""
        self._wall += round(seconds * 1_000_000)

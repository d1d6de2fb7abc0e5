"""Keep the venue's clock: as last heard, moved on by the machine's own, never going back.

The venue says whole seconds, and says them at some moment between question and answer. So one
reading bounds the difference of the two clocks from both sides; while no difference at all is
possible, none is assumed.
"""

from holdfast.clock import Clock
from holdfast.domain.market import SECOND

HEAR_EVERY = 300.0  # seconds of machine time


class VenueClock:
    """The clock of a venue, as far as we heard it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = 0
        self._heard_wall = 0
        self._heard_at: float | None = None
        self._last = 0
        self._doubted = False

    @property
    def heard(self) -> bool:
        """Say whether the venue told us its time at all."""
        return self._heard_at is not None

    @property
    def due(self) -> bool:
        """Say whether it is time to ask the venue again."""
        heard = self._heard_at
        if heard is None or self._doubted:
            return True
        return self._clock.monotonic() - heard >= HEAR_EVERY

    def doubt(self) -> None:
        """Take it that what we heard is wrong by now."""
        self._doubted = True

    def hear(self, unixtime: int, sent: int, received: int) -> None:
        """Take in the venue's whole second, asked and answered at these wall times of ours (µs)."""
        least = unixtime * SECOND - received
        most = (unixtime + 1) * SECOND - 1 - sent
        self._offset = 0 if least <= 0 <= most else (least if least > 0 else most)
        self._heard_wall = self._clock.wall() + self._offset
        self._heard_at = self._clock.monotonic()
        self._doubted = False

    def wall(self) -> int:
        """Return the venue's time in µs UTC."""
        moved = 0.0 if self._heard_at is None else self._clock.monotonic() - self._heard_at
        self._last = max(self._last, self._heard_wall + round(moved * SECOND))
        return self._last

    def skew_seconds(self) -> float:
        """Say by how much the venue's clock is ahead of ours, at least; 0 while none is proven."""
        return self._offset / SECOND

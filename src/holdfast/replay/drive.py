"""Drive a desk over all candles its venue has, passing over those in which nothing can happen.

A replay has no session and no orchestrator, so its ticks are not noted one by one.
"""

from collections.abc import Callable
from typing import Protocol

from holdfast.desk.desk import Desk
from holdfast.desk.settle import settle
from holdfast.desk.tick import tick
from holdfast.venue.port import Watch


class Skipping(Protocol):
    """A venue that can pass over quiet candles by itself."""

    def skip_quiet(self, watch: Watch, limit: int | None = None) -> int:
        """Pass over candles; say how many."""


def drive(desk: Desk, venue: Skipping, progress: Callable[[int], None] | None = None) -> int:
    """Tick until the candles are over; return how many were walked or passed over."""
    candles = 0
    skip, watch = venue.skip_quiet, desk.watch
    while True:
        skipped = skip(watch)
        summary = tick(desk)
        candles += skipped
        if summary.over:
            settle(desk)
            return candles
        candles += 1
        if progress is not None:
            progress(candles)

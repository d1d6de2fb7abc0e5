"""Measure how long the parts of a replay take, in seconds of the monotonic clock."""

from collections.abc import Iterator
from contextlib import contextmanager

from holdfast.clock import Clock


class Stopwatch:
    """Named stretches of time, in the order in which they were measured."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.rows: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a row."""
        started = self._clock.monotonic()
        try:
            yield
        finally:
            spent = self._clock.monotonic() - started
            self.rows[name] = self.rows.get(name, 0.0) + spent

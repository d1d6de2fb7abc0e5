"""Say what a desk asks of an orchestrator, and what it does without one.

An orchestrator brackets ticks: it may open a record around `run` and must call it at most once. It
never delays a tick by more than its patience; a tick it misses is run all the same.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

from holdfast.desk.tick import TickSummary


class Bracketed(msgspec.Struct, frozen=True):
    """A tick that was run, and whether an orchestrator recorded it."""

    summary: TickSummary
    orchestrated: bool
    task_run: str


class Orchestrator(Protocol):
    """Whoever records sessions and ticks outside of the desk."""

    def attach(self) -> None:
        """Start to attach; return at once, and keep trying with back-off."""

    def wants(self, *, minute_over: bool, changed_last: bool) -> bool:
        """Say whether the next tick is worth a record."""

    def bracket(self, number: int, run: Callable[[], TickSummary]) -> Bracketed:
        """Run a tick inside a record, or alone where no record opens in time."""

    def stop_asked(self) -> bool:
        """Say whether somebody asked, over there, for the session to end."""

    def state(self) -> str:
        """Say how it stands: attached, waiting, absent or none."""

    def close(self, seconds: float) -> None:
        """Finish what can be finished in so many seconds."""


class NoOrchestrator:
    """Run ticks alone."""

    def attach(self) -> None:
        """Attach to nothing."""

    def wants(self, *, minute_over: bool, changed_last: bool) -> bool:
        """Want no record."""
        del minute_over, changed_last
        return False

    def bracket(self, number: int, run: Callable[[], TickSummary]) -> Bracketed:
        """Run the tick."""
        del number
        return Bracketed(run(), orchestrated=False, task_run="")

    def stop_asked(self) -> bool:
        """Say no."""
        return False

    def state(self) -> str:
        """Say that there is none."""
        return "none"

    def close(self, seconds: float) -> None:
        """Close nothing."""
        del seconds

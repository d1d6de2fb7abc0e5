"""Stand in for an orchestrator around one tick that somebody already records."""

from collections.abc import Callable

from holdfast.desk.session import Bracketed, NoOrchestrator
from holdfast.desk.tick import TickSummary


class OneTick(NoOrchestrator):
    """Runs ticks under a record that is open already, and keeps what the last one did."""

    def __init__(self, task_run: str) -> None:
        self.task_run = task_run
        self.summary: TickSummary | None = None

    def wants(self, *, minute_over: bool, changed_last: bool) -> bool:
        """Want the tick."""
        del minute_over, changed_last
        return True

    def bracket(self, number: int, run: Callable[[], TickSummary]) -> Bracketed:
        """Run the tick and keep its summary."""
        del number
        self.summary = run()
        return Bracketed(self.summary, orchestrated=True, task_run=self.task_run)

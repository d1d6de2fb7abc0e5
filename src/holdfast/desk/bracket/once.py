"""Run one tick by hand: stand in for the orchestrator around it, or say which desk is in the way."""

from collections.abc import Callable
from pathlib import Path

from holdfast.desk.control.client import ControlClient, DeskAbsent
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


def in_the_way(control: Path) -> str:
    """Say how the desk stands that holds a runtime; it ticks by itself and takes no ticks by hand."""
    try:
        status = ControlClient(control, principal="flow").get("/api/status").body
    except DeskAbsent as absent:
        return str(absent)
    mode, tick = status.get("mode", "unknown"), status.get("tick", "unknown")
    return f"that desk is {mode} at tick {tick} and ticks by itself"

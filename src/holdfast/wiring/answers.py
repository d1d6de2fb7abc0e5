"""Do what alerts answer with, and the stop that waits for no tick.

Rules: an answer only ever tightens, needs neither the store of the mode nor the venue, and stays until a
person takes it back; what could not be remembered on disk is said, and the desk is stopped all the same.
"""

from holdfast.desk import holds
from holdfast.desk.alerts.evaluator import Transition
from holdfast.desk.desk import Desk
from holdfast.safety.execution import ExecutionMode, StopNotDurable
from holdfast.telemetry import log


class Answers:
    """What an alert may do to one desk on an exchange."""

    def __init__(self, execution: ExecutionMode) -> None:
        self._execution = execution

    def respond(self, desk: Desk, transition: Transition) -> None:
        """Lower the desk to DRY, or stop it, as the alert says; in the desk's thread."""
        alert = transition.alert
        if alert.answer == "estop":
            self.stop(f"alert_{alert.name}")
        elif alert.answer == "dry" and holds.ALERT not in desk.books.holds:
            holds.put_up(desk, holds.ALERT, f"{alert.name}: {alert.summary}")

    def stop(self, source: str) -> None:
        """Stop at once; any thread may."""
        try:
            self._execution.stop(source)
        except StopNotDurable as fault:
            log.error(str(fault))

    def latch(self, principal: str) -> None:
        """Stop at once on a person's word in a chat."""
        self.stop(f"chat_{principal}")

"""Say what a person is told."""

import msgspec

from holdfast.desk.alerts.evaluator import Transition
from holdfast.desk.alerts.registry import Severity


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message; `key` and `state` name what it is about, `repeat` is 0 for the usual time."""

    key: str
    state: str
    severity: Severity
    title: str
    body: str
    repeat: int = 0


def about(transition: Transition, desk: str) -> Message:
    """Tell of an alert that began or ended."""
    alert = transition.alert
    word = "began" if transition.state == "began" else "is over"
    lines = [f"{alert.summary}.", transition.detail, f"What to do: {alert.runbook}"]
    return Message(
        key=alert.name,
        state=transition.state,
        severity=alert.severity,
        title=f"{desk}: {alert.name} {word} ({alert.severity})",
        body="\n".join(line for line in lines if line),
        repeat=alert.repeat_seconds,
    )

"""Judge whether a message goes out now: bad enough, not said lately, not too many.

Rules: (key, state) is said once within its repeat time, however often it is offered; what is critical
has an allowance of its own, so that no flood of warnings can use it up. What failed may be said again.
"""

from collections import deque
from typing import Literal

from holdfast.desk.alerts.registry import SEVERITIES, Severity
from holdfast.desk.notify.messages import Message

HOUR_SECONDS = 3_600.0
AGAIN_SECONDS = 60.0
URGENT = SEVERITIES.index("critical")
Verdict = Literal["send", "quiet", "limited"]


class Admission:
    """The memory of one address: what went there, and when."""

    def __init__(self, *, least: Severity, repeat: float, per_hour: int) -> None:
        self._least = SEVERITIES.index(least)
        self._repeat = repeat
        self._per_hour = per_hour
        self._quiet_until: dict[tuple[str, str], float] = {}
        self._sent: dict[bool, deque[float]] = {True: deque(), False: deque()}

    def judge(self, message: Message, now: float) -> Verdict:
        """Judge a message at a monotonic time, and remember it where it is to be sent."""
        rank = SEVERITIES.index(message.severity)
        if rank < self._least and message.state != "summary":
            return "quiet"
        name = (message.key, message.state)
        if now < self._quiet_until.get(name, now):
            return "quiet"
        sent = self._sent[rank >= URGENT]
        while sent and sent[0] <= now - HOUR_SECONDS:
            sent.popleft()
        if len(sent) >= self._per_hour:
            self._quiet_until[name] = now + AGAIN_SECONDS
            return "limited"
        sent.append(now)
        self._quiet_until[name] = now + (message.repeat or self._repeat)
        return "send"

    def forget(self, message: Message) -> None:
        """Let a message be said again, because it did not arrive."""
        self._quiet_until.pop((message.key, message.state), None)

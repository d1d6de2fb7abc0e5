"""Say once a day how the desk stands: a hook after ticks.

The next hour is reckoned from the start, so that a desk that restarts does not repeat itself.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from holdfast.clock import Clock
from holdfast.desk.desk import Desk
from holdfast.desk.notify.messages import Message
from holdfast.desk.notify.notifier import day_message
from holdfast.desk.status.board import StatusBoard
from holdfast.desk.tick import TickSummary
from holdfast.domain.market import DAY, HOUR


class DailySummary:
    """Waits for the hour, in UTC of the machine's clock."""

    def __init__(
        self, name: str, hour: int, board: StatusBoard, clock: Clock, say: Callable[[Message], None]
    ) -> None:
        self._name = name
        self._board = board
        self._clock = clock
        self._say = say
        now = clock.wall()
        due = now // DAY * DAY + hour * HOUR
        self._due = due if due > now else due + DAY

    def __call__(self, desk: Desk, summary: TickSummary) -> None:
        """Speak where the hour has come."""
        del desk, summary
        now = self._clock.wall()
        snapshot = self._board.read()
        if now < self._due or snapshot is None:
            return
        while self._due <= now:
            self._due += DAY
        day = f"{datetime.fromtimestamp(now // 1_000_000, UTC):%Y-%m-%d}"
        self._say(day_message(self._name, snapshot.status, day))

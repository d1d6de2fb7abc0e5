"""Watch the desk's own series after its ticks, note what begins and ends, and tell people.

It looks at most once in `every` seconds, whatever the pace of ticks. Silence of the desk itself is
watched by a thread, because a tick that never ends cannot say so; what that thread saw is noted by the
next tick that comes.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from holdfast.clock import Clock
from holdfast.desk.alerts.evaluator import Evaluator, Transition
from holdfast.desk.alerts.registry import ALERTS, Alert
from holdfast.desk.desk import Desk
from holdfast.desk.status.board import StatusBoard
from holdfast.desk.status.series import read
from holdfast.desk.tick import TickSummary
from holdfast.domain.bookkeeping import AlertNoted

EVERY_SECONDS = 1.0
WATCHDOG_SECONDS = 2.0
Tell = Callable[[Transition], None]
Respond = Callable[[Desk, Transition], None]


class Alarms:
    """The hook after a tick; `tell` reaches people, `respond` does what an alert answers with."""

    def __init__(
        self,
        board: StatusBoard,
        clock: Clock,
        *,
        tell: Tell,
        respond: Respond = lambda _desk, _transition: None,
        alerts: Sequence[Alert] = ALERTS,
        standing: Iterable[str] = (),
        every: float = EVERY_SECONDS,
    ) -> None:
        stood = tuple(standing)
        self._board, self._clock = board, clock
        self._tell, self._respond = tell, respond
        self._every, self._due = every, clock.monotonic()
        self._evaluator = Evaluator([one for one in alerts if one.judge == "desk"], stood)
        self._silence = Evaluator([one for one in alerts if one.judge == "watchdog"], stood)
        self._heard: deque[Transition] = deque()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, desk: Desk, summary: TickSummary) -> None:
        """Look, where it is time to, and note what began and ended."""
        del summary
        while self._heard:
            self._note(desk, self._heard.popleft())
        now = self._clock.monotonic()
        snapshot = self._board.read()
        if now < self._due or snapshot is None:
            return
        self._due = now + self._every
        series = read(snapshot)
        for transition in self._evaluator.look(series, wall=self._wall(), now=now):
            self._note(desk, transition)
            self._tell(transition)
            if transition.state == "began" and transition.alert.answer:
                self._respond(desk, transition)
        for transition in self._evaluator.standing():
            self._tell(transition)

    def start(self) -> None:
        """Watch for silence on a thread."""
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(WATCHDOG_SECONDS)
            self._thread = None

    def watch(self) -> None:
        """Look for silence once; any thread may."""
        snapshot = self._board.read()
        if snapshot is None or not snapshot.running:
            return
        with self._lock:
            now = self._clock.monotonic()
            found = self._silence.look(read(snapshot), wall=self._wall(), now=now)
            standing = self._silence.standing()
        self._heard.extend(found)
        for transition in (*found, *standing):
            self._tell(transition)

    def _run(self) -> None:
        while not self._stop.wait(WATCHDOG_SECONDS):
            self.watch()

    def _note(self, desk: Desk, transition: Transition) -> None:
        alert = transition.alert
        desk.note(
            AlertNoted(
                name=alert.name,
                severity=alert.severity,
                state=transition.state,
                detail=transition.detail,
            )
        )

    def _wall(self) -> float:
        return self._clock.wall() / 1_000_000

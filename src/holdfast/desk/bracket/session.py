"""Offer ticks to a recorder in another thread, so that no recorder ever holds a tick up.

The desk's thread alone runs ticks, each once. A tick is offered; the recorder opens a record for it
or, after the patience, the desk claims it and the record that comes late is closed as missed. One
thread keeps sessions: it looks whether the recorder's server is there, opens a session, opens the
next before the old one is over, and begins again after an outage. Nothing here is asynchronous and
nothing knows who records.
"""

import threading
from collections.abc import Callable, Iterator
from contextvars import Context, copy_context
from itertools import chain, repeat

import msgspec

from holdfast.clock import Clock, SystemClock
from holdfast.config.profile import Profile
from holdfast.desk.bracket.seat import Offer, Seat
from holdfast.desk.session import Bracketed
from holdfast.desk.tick import TickSummary
from holdfast.telemetry import log

LOOK_SECONDS = 1.0
MINUTE_SECONDS = 60.0
HOUR_SECONDS = 3600.0
OPENING_SECONDS = 20.0
SETTLED_SECONDS = 30.0  # a session that lasted so long did not fail to open
HOPELESS_SECONDS = 0.5  # nothing can be told to a server that is gone
ABSENT, ATTACHED, WAITING = "absent", "attached", "waiting"


class Recorder(msgspec.Struct, frozen=True, kw_only=True):
    """What records sessions: each of these is called in a thread of ours, never in the desk's."""

    reachable: Callable[[], bool]
    sit: Callable[[Seat], None]
    settle: Callable[[float], None]


class SessionBracket:
    """An orchestrator made of a recorder: sessions in threads, ticks offered to the current one."""

    def __init__(
        self,
        recorder: Recorder,
        *,
        profile: str,
        session_seconds: float,
        patience_seconds: float,
        clock: Clock | None = None,
    ) -> None:
        self._recorder = recorder
        self._profile = profile
        self._length = session_seconds
        self._patience = patience_seconds
        self._clock = clock or SystemClock()
        self._closing = threading.Event()
        self._stop = threading.Event()
        self._seat: Seat | None = None
        self._tried: Seat | None = None
        self._sitting: list[threading.Thread] = []
        self._keeper: threading.Thread | None = None
        self._context = Context()
        self._reached = False
        self._attached_once = False
        self._expected = True
        self._recorded_at = -MINUTE_SECONDS
        self._deadline = 0.0
        self._said = ""

    def attach(self) -> None:
        """Start to keep sessions; return at once."""
        self._context = copy_context()
        self._keeper = threading.Thread(target=self._keep, name="sessions", daemon=True)
        self._keeper.start()

    def wants(self, *, minute_over: bool, changed_last: bool) -> bool:
        """Take every tick in: `bracket` counts the quiet ones and records the others.

        Minutes are the machine's here: at speed a market minute is over in a moment.
        """
        del minute_over
        overdue = self._clock.monotonic() - self._recorded_at >= MINUTE_SECONDS
        self._expected = changed_last or overdue
        return True

    def bracket(self, number: int, run: Callable[[], TickSummary]) -> Bracketed:
        """Run a tick once: inside a record when a change is expected, recorded after if it came."""
        seat, offer = self._listening(), Offer(number)
        if seat is not None and self._expected:
            seat.offer(offer, self._patience)
        try:
            summary = run()
        except BaseException as error:
            offer.fail(f"{type(error).__name__}: {error}")
            raise
        offer.end(summary)
        changed = summary.last_sequence >= summary.first_sequence
        if seat is not None and changed and not offer.offered:
            seat.offer(offer, self._patience)
        return self._told(seat, offer, summary)

    def stop_asked(self) -> bool:
        """Say whether somebody asked for the session to end."""
        return self._stop.is_set()

    def state(self) -> str:
        """Say how it stands: absent until the first session, then attached or waiting."""
        if self._listening() is not None:
            return ATTACHED
        return WAITING if self._attached_once else ABSENT

    def close(self, seconds: float) -> None:
        """End the session and let the recorder finish, within so many seconds; once."""
        if self._closing.is_set():
            return
        hopeful = self._listening() is not None
        self._deadline = self._clock.monotonic() + (seconds if hopeful else HOPELESS_SECONDS)
        self._closing.set()
        if self._keeper is not None:
            self._keeper.join(self._left())

    def _listening(self) -> Seat | None:
        seat = self._seat
        return seat if seat is not None and self._reached and seat.listening() else None

    def _told(self, seat: Seat | None, offer: Offer, summary: TickSummary) -> Bracketed:
        recorded = offer.task_run != ""
        if recorded:
            self._recorded_at = self._clock.monotonic()
        orchestrated = recorded or (seat is not None and not offer.offered)
        if self._seat is not None:
            self._seat.table.add(summary, recorded=recorded, orchestrated=orchestrated)
        return Bracketed(summary, orchestrated=orchestrated, task_run=offer.task_run)

    def _left(self) -> float:
        return max(0.0, self._deadline - self._clock.monotonic())

    def _keep(self) -> None:
        outages, failures = backoff(), backoff()
        while not self._closing.is_set():
            self._reached = self._recorder.reachable()
            self._say()
            if not self._reached:
                self._closing.wait(next(outages))
                continue
            outages = backoff()
            if not self._failed_young():
                failures = backoff()
            elif self._due():
                self._closing.wait(next(failures))
            if self._due() and not self._closing.is_set():
                self._open()
                self._say()
            self._closing.wait(LOOK_SECONDS)
        self._end()

    def _due(self) -> bool:
        seat = self._seat
        return seat is None or seat.over or seat.age() >= self._length

    def _failed_young(self) -> bool:
        seat = self._tried
        return seat is not None and not seat.listening() and seat.age() < SETTLED_SECONDS

    def _say(self) -> None:
        state = self.state()
        if state == self._said:
            return
        self._said = state
        if state == ATTACHED:
            log.info("orchestrator: attached, ticks are recorded")
        else:
            log.warning(f"orchestrator: {state}, ticks go on without a record")

    def _open(self) -> None:
        former, seat = self._seat, Seat(self._profile, self._clock, self._stop)
        self._tried = seat
        thread = threading.Thread(
            target=self._context.copy().run, args=(self._sit, seat), name="session", daemon=True
        )
        self._sitting = [*(one for one in self._sitting if one.is_alive()), thread]
        thread.start()
        while not (seat.listening() or seat.over or self._closing.is_set()):
            if seat.age() > OPENING_SECONDS:
                break
            self._closing.wait(0.02)
        if not seat.listening():
            seat.leave("it opened too late")
            return
        self._seat, self._attached_once = seat, True
        if former is not None:
            former.leave("the next session took over")

    def _sit(self, seat: Seat) -> None:
        try:
            self._recorder.sit(seat)
        except Exception as error:  # noqa: BLE001 (a recorder's failure is never the desk's)
            log.warning(f"the session's record failed and is opened again: {error!r}")
        finally:
            seat.over = True

    def _end(self) -> None:
        if self._seat is not None:
            self._seat.leave("the desk stopped")
        for thread in self._sitting:
            thread.join(self._left())
        if self._reached:
            self._recorder.settle(self._left())


def backoff() -> Iterator[float]:
    """Give the waits between two tries: short at first, never longer than five seconds."""
    return chain((0.5, 1.0, 2.0), repeat(5.0))


def bracket_of(profile: Profile, recorder: Recorder) -> SessionBracket:
    """Make the orchestrator a profile asks for."""
    settings = profile.settings
    return SessionBracket(
        recorder,
        profile=profile.name,
        session_seconds=float(settings.session_hours) * HOUR_SECONDS,
        patience_seconds=settings.orchestrator_patience_ms / 1000,
    )

"""Join what a desk sees of itself with the people who are told of it, and those who may ask.

After a tick it looks for alerts and for the hour of the summary; while open, threads send, listen and
watch for silence. The desk waits for none of them.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack

import duckdb
import msgspec

from holdfast.clock import Clock
from holdfast.config.profile import Profile
from holdfast.desk.alerts.alarms import Alarms, Respond
from holdfast.desk.chat.listener import open_chat
from holdfast.desk.control.verbs import Verb
from holdfast.desk.desk import Desk
from holdfast.desk.inbox import Inbox
from holdfast.desk.notify.daily import DailySummary
from holdfast.desk.notify.notifier import open_notifier
from holdfast.desk.status.board import StatusBoard
from holdfast.desk.status.counts import Counts
from holdfast.desk.tick import TickSummary

_STANDING = "select name from alerts where ended_seq is null order by began_seq"


class PeopleParts(msgspec.Struct, frozen=True, kw_only=True):
    """What is joined; `resolve` turns a secret reference into the secret.

    `respond` does what an alert answers with (`dry`, `estop`), in the desk's thread; `latch` is the
    emergency stop that waits for no tick, called in the chat's thread.
    """

    profile: Profile
    board: StatusBoard
    inbox: Inbox
    verbs: Sequence[Verb]
    counts: Counts
    clock: Clock
    changed: Callable[[Desk], object]
    resolve: Callable[[str], str]
    standing: Iterable[str] = ()
    respond: Respond = lambda _desk, _transition: None
    latch: Callable[[str], object] = lambda _principal: None


class People:
    """The last hook after a tick; open after the control API, and closed before the ledger."""

    def __init__(self, parts: PeopleParts) -> None:
        profile, settings = parts.profile, parts.profile.settings
        counts, clock = parts.counts, parts.clock
        name = f"{profile.name} {profile.symbol}"
        standing = tuple(parts.standing)
        for alert in standing:
            counts.set("alert_standing", 1, alert)
        self._notifier = open_notifier(settings, name, parts.resolve, counts, clock)
        notifier = self._notifier
        self._alarms = Alarms(
            parts.board,
            clock,
            tell=notifier or _nobody,
            respond=parts.respond,
            standing=standing,
        )
        self._daily: DailySummary | None = None
        if notifier is not None and settings.daily_summary_enabled:
            hour = settings.daily_summary_hour_utc
            self._daily = DailySummary(name, hour, parts.board, clock, notifier.say)
        self._chat = open_chat(
            settings,
            parts.resolve,
            inbox=parts.inbox,
            board=parts.board,
            verbs=parts.verbs,
            changed=parts.changed,
            counts=counts,
            clock=clock,
            latch=parts.latch,
        )

    def __call__(self, desk: Desk, summary: TickSummary) -> None:
        """Look and tell after a tick; the tick's status must be on the board already."""
        self._alarms(desk, summary)
        if self._daily is not None:
            self._daily(desk, summary)

    def open(self, stack: ExitStack) -> None:
        """Start the threads; they end with the stack, in the opposite order."""
        for part in (self._notifier, self._alarms, self._chat):
            if part is not None:
                part.start()
                stack.callback(part.stop)


def standing_alerts(cursor: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Read from a ledger which alerts stood when the process before this one ended."""
    return tuple(name for (name,) in cursor.execute(_STANDING).fetchall())


def _nobody(_transition: object) -> None:
    return None

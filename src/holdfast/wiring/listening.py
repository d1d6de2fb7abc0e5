"""Open the listener for signals of a desk whose profile asks for one.

Rules: without sources, or with one whose secret is missing or short, the desk does not start; what a crash
left unfinished is gone on with; signals reach the desk through its own table of verbs.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import MappingProxyType

import msgspec

from holdfast.clock import Clock
from holdfast.config.profile import Profile
from holdfast.desk.control.verbs import Verb
from holdfast.desk.desk import Desk
from holdfast.desk.inbox import Inbox
from holdfast.desk.listener.actions import VerbActions
from holdfast.desk.listener.app import ListenerParts
from holdfast.desk.listener.book import SignalBook
from holdfast.desk.listener.intake import Intake
from holdfast.desk.listener.restore import restore_book
from holdfast.desk.listener.server import SignalServer
from holdfast.desk.listener.sources import plan_of
from holdfast.desk.risk_room import RiskRoom
from holdfast.desk.status.counts import Counts
from holdfast.ledger.store import DuckDbLedger
from holdfast.telemetry import log
from holdfast.wiring.keys import Keyring

UNWRITTEN = frozenset({"unsigned", "duplicate", "signal_conflict"})  # what no ledger holds

SUPPRESSED = MappingProxyType(
    {"duplicate": "intent_duplicate_suppressed", "signal_conflict": "intent_conflict"}
)


class ListeningParts(msgspec.Struct, frozen=True, kw_only=True):
    """What a listener is joined from; `profile` returns the one in force."""

    profile: Callable[[], Profile]
    keyring: Keyring
    ledger: DuckDbLedger
    inbox: Inbox
    verbs: Sequence[Verb]
    counts: Counts
    clock: Clock
    room: RiskRoom | None


class Listening:
    """The listener, and its work between two ticks; a desk that listens to nobody has none."""

    def __init__(self, intake: Intake, counts: Counts) -> None:
        self._intake = intake
        self._counts = counts
        self._told: dict[tuple[str, str], int] = {}

    def __call__(self, desk: Desk) -> None:
        """Bring pending signals further, and count those the ledger does not hold."""
        self._intake.work(desk)
        for (source, result), total in list(self._intake.counts.items()):
            more = total - self._told.get((source, result), 0)
            if result in UNWRITTEN and more > 0:
                self._counts.add("signals_received", source or "stranger", result, by=more)
                if result in SUPPRESSED:
                    self._counts.add(SUPPRESSED[result], by=more)
                self._told[source, result] = total


def open_listener(parts: ListeningParts, stack: ExitStack) -> Listening | None:
    """Listen, until the stack ends, or return None where nobody is to be listened to."""
    first = parts.profile()
    plan = plan_of(first.settings, lambda name: parts.keyring.secret(f"signal_{name}"))
    if plan is None:
        return None
    room = parts.room
    intake = Intake(
        _book(parts.ledger),
        VerbActions(parts.verbs),
        parts.clock,
        symbol=first.symbol,
        may_open=lambda: parts.profile().settings.signals_may_open,
        meet=None if room is None else room.meet,
    )
    server = SignalServer(
        ListenerParts(
            sources=plan.sources,
            inbox=parts.inbox,
            intake=intake,
            clock=parts.clock,
            max_age=lambda principal: _max_age(parts, principal),
        )
    )
    url = server.start(plan.port)
    stack.callback(server.stop)
    log.info(f"signals are listened for at {url}, from {', '.join(sorted(plan.sources))}")
    return Listening(intake, parts.counts)


def _max_age(parts: ListeningParts, principal: str) -> int:
    if parts.room is not None:
        return parts.room.policy(principal).max_signal_age_s
    return parts.profile().settings.max_signal_age_s


def _book(ledger: DuckDbLedger) -> SignalBook:
    ledger.project()
    cursor = ledger.cursor()
    try:
        return restore_book(cursor)
    finally:
        cursor.close()

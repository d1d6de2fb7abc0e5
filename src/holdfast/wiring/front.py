"""Join what the world sees of a desk: status, control API, published read models."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, Protocol

from starlette.types import ASGIApp

from holdfast.clock import Clock
from holdfast.config.profile import Profile
from holdfast.desk.control.app import LedgerDoors, Parts, create_app
from holdfast.desk.control.scrape import ScrapeFiles
from holdfast.desk.control.server import ControlServer
from holdfast.desk.control.verb_exchange import exchange_verbs
from holdfast.desk.control.verb_legacy import legacy_verbs
from holdfast.desk.control.verb_slots import REMOVED
from holdfast.desk.control.verbs import Verb, verb_table
from holdfast.desk.desk import Desk
from holdfast.desk.inbox import Inbox
from holdfast.desk.session import Orchestrator
from holdfast.desk.status.board import StatusBoard, StatusReport
from holdfast.desk.status.facts import Block, Facts, no_block
from holdfast.desk.status.metrics import Metrics
from holdfast.desk.status.tally import Sums, Tally
from holdfast.desk.status.tally_restore import cycle_sums
from holdfast.desk.tick import TickSummary
from holdfast.ledger.paths import Runtime
from holdfast.ledger.publish import Publisher
from holdfast.ledger.query import ask
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify
from holdfast.wiring.answers import Answers
from holdfast.wiring.exchange import ExchangeDesk
from holdfast.wiring.keys import Keyring
from holdfast.wiring.listening import Listening, ListeningParts, open_listener
from holdfast.wiring.people import People, PeopleParts, standing_alerts
from holdfast.wiring.reloading import Reloader


class Held(Protocol):
    """What of an open desk the front is joined from."""

    desk: Desk
    ledger: DuckDbLedger
    runtime: Runtime
    profile: Profile
    tally: Tally
    metrics: Metrics
    board: StatusBoard
    startup: dict[str, int]
    keyring: Keyring
    exchange: ExchangeDesk | None
    blocks: dict[str, Block]


class Front:
    """Reports after every tick, and serves while it is open."""

    def __init__(
        self,
        held: Held,
        inbox: Inbox,
        reloader: Reloader,
        orchestrator: Orchestrator,
        clock: Clock,
    ) -> None:
        self._held = held
        self._inbox = inbox
        self._clock = clock
        settings = held.profile.settings
        facts = Facts(tally=held.tally, reload=reloader.state, startup=held.startup)
        facts.execution = held.blocks.get("execution", no_block)
        facts.exchange = held.blocks.get("exchange", no_block)
        self._facts, self._reloader = facts, reloader
        self._report = StatusReport(
            held.board, facts, clock, lambda: reloader.profile, orchestrator.state
        )
        self._publisher = Publisher(
            held.ledger.cursor,
            held.runtime.published,
            clock,
            runtime=held.profile.runtime,
            status_every=settings.publish_interval_ms / 1000,
            tables_every=float(settings.publish_tables_sec),
        )
        self._verbs = self._table(held.exchange)
        self._scrape = ScrapeFiles(held.runtime.folder / "scrape")
        self._people = People(
            PeopleParts(
                profile=held.profile,
                board=held.board,
                inbox=inbox,
                verbs=self._verbs,
                counts=held.tally.counts,
                clock=clock,
                changed=self.report,
                resolve=lambda text: held.keyring.referred(text).reveal(),
                standing=self._stood(),
                **_answers(held.exchange),
            )
        )
        self._server = ControlServer(
            self._make, path=held.runtime.control, runtime=held.profile.runtime, clock=clock
        )

    def __call__(self, desk: Desk, summary: TickSummary) -> None:
        """Report a tick."""
        self._facts.reload = self._reloader.state
        self._report(desk, summary)
        self._offer()
        self._people(desk, summary)

    def open(self, stack: ExitStack) -> tuple[Listening, ...]:
        """Start to publish, to serve and to listen; all end with the stack, before the ledger closes.

        What listens has work between two ticks: it is returned.
        """
        self.report(self._held.desk)
        self._publisher.start()
        stack.callback(self._publisher.stop)
        address = self._server.start()
        stack.callback(self._server.stop)
        self._scrape.write(address.url, {"runtime": self._held.profile.runtime})
        stack.callback(self._scrape.remove)
        self._people.open(stack)
        listening = open_listener(self._listening(), stack)
        return () if listening is None else (listening,)

    def report(self, desk: Desk) -> None:
        """Report the desk as it is, between ticks."""
        self._report.now(desk)
        self._offer()

    def _offer(self) -> None:
        snapshot = self._held.board.read()
        if snapshot is not None:
            self._publisher.offer(snapshot.body)

    def _make(self, token: str) -> ASGIApp:
        held = self._held
        settings = held.profile.settings
        seconds = float(settings.control_query_timeout_sec)
        return create_app(
            Parts(
                board=held.board,
                inbox=self._inbox,
                verbs=self._verbs,
                metrics=held.metrics,
                clock=self._clock,
                changed=self.report,
                scrape_token=self._scrape.token,
                reconcile=None if held.exchange is None else held.exchange.doors.reconcile,
                ledger=LedgerDoors(
                    settle=held.ledger.settle,
                    query=lambda sql: self._ask(sql, seconds),
                    verify=lambda: verify(held.ledger.cursor()),
                ),
            ),
            token,
        )

    def _table(self, exchange: ExchangeDesk | None) -> tuple[Verb, ...]:
        fee = self._held.profile.settings.maker_fee_pct
        removed = self._held.profile.settings.legacy_orphans == REMOVED
        legacy = legacy_verbs(self._profile, removed=removed)
        if exchange is None:
            return verb_table(fee, self._profile, self._sums, more=legacy)
        doors, keeps = exchange.doors, exchange.keeps
        more = (*legacy, *exchange_verbs(lambda: doors))
        return verb_table(fee, self._profile, self._sums, keeps, more)

    def _listening(self) -> ListeningParts:
        held = self._held
        return ListeningParts(
            profile=self._profile,
            keyring=held.keyring,
            ledger=held.ledger,
            inbox=self._inbox,
            verbs=self._verbs,
            counts=held.tally.counts,
            clock=self._clock,
            room=None if held.exchange is None else held.exchange.room,
        )

    def _stood(self) -> tuple[str, ...]:
        self._held.ledger.project()
        cursor = self._held.ledger.cursor()
        try:
            return standing_alerts(cursor)
        finally:
            cursor.close()

    def _profile(self) -> Profile:
        return self._reloader.profile

    def _sums(self) -> Mapping[int, Sums]:
        self._held.ledger.project()
        cursor = self._held.ledger.cursor()
        try:
            return cycle_sums(cursor)
        finally:
            cursor.close()

    def _ask(self, sql: str, seconds: float) -> object:
        cursor = self._held.ledger.cursor()
        try:
            return ask(cursor, sql, seconds=seconds)
        finally:
            cursor.close()


def _answers(exchange: ExchangeDesk | None) -> dict[str, Any]:
    """Name what alerts and a chat's stop may do; a desk on paper has no mode to lower."""
    if exchange is None:
        return {}
    answers = Answers(exchange.road.mode.execution)
    return {"respond": answers.respond, "latch": answers.latch}

"""Join what the world sees of a desk: status, control API, published read models."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Protocol

from starlette.types import ASGIApp

from holdfast.clock import Clock
from holdfast.config.errors import ConfigError
from holdfast.config.profile import Profile
from holdfast.desk.control.app import LedgerDoors, Parts, create_app
from holdfast.desk.control.scrape import ScrapeFiles
from holdfast.desk.control.server import ControlServer
from holdfast.desk.control.verbs import verb_table
from holdfast.desk.desk import Desk
from holdfast.desk.inbox import Inbox
from holdfast.desk.session import Orchestrator
from holdfast.desk.status.board import StatusBoard, StatusReport
from holdfast.desk.status.facts import Facts
from holdfast.desk.status.metrics import Metrics
from holdfast.desk.status.tally import Sums, Tally
from holdfast.desk.status.tally_restore import cycle_sums
from holdfast.desk.tick import TickSummary
from holdfast.ledger.paths import Runtime
from holdfast.ledger.publish import Publisher
from holdfast.ledger.query import ask
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify
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
        self._verbs = verb_table(settings.maker_fee_pct, self._profile, self._sums)
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
                resolve=_no_secrets,
                standing=self._stood(),
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

    def open(self, stack: ExitStack) -> None:
        """Start to publish and to serve; both end with the stack, before the ledger closes."""
        self.report(self._held.desk)
        self._publisher.start()
        stack.callback(self._publisher.stop)
        address = self._server.start()
        stack.callback(self._server.stop)
        self._scrape.write(address.url, {"runtime": self._held.profile.runtime})
        stack.callback(self._scrape.remove)
        self._people.open(stack)

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
                ledger=LedgerDoors(
                    query=lambda sql: self._ask(sql, seconds),
                    verify=lambda: verify(held.ledger.cursor()),
                ),
            ),
            token,
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


def _no_secrets(reference: str) -> str:
    raise ConfigError(f"{reference} cannot be read: this build has no source of secrets")

"""A small real desk for tests: paper venue over made candles, memory ledger, board, verbs and API."""

import threading
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx

from holdfast.clock import SystemClock
from holdfast.config.loader import load_profile
from holdfast.desk.control.app import Parts, create_app
from holdfast.desk.control.server import ControlServer
from holdfast.desk.control.verb_legacy import legacy_verbs
from holdfast.desk.control.verbs import perform, understand, verb_table
from holdfast.desk.inbox import Inbox
from holdfast.desk.startup import retire_flat
from holdfast.desk.status.board import StatusBoard, StatusReport
from holdfast.desk.status.facts import Facts
from holdfast.desk.status.heard import HeardLedger
from holdfast.desk.status.metrics import Metrics
from holdfast.desk.status.tally import Tally
from holdfast.desk.tick import close_tick, tick
from holdfast.ledger.memory import MemoryLedger
from holdfast.venue.candles import Candles
from holdfast.venue.market import GeneratedFeed
from holdfast.wiring.market import feed_of
from holdfast.wiring.replay import replay_desk
from holdfast.wiring.rules import instrument_of

GRID = {
    "slot_spacing_pct": "0.02",
    "pair_entry_pct": "0.1",
    "pair_profit_pct": "0.6",
    "pair_refresh_pct": "0.3",
    "order_size_usd": "2",
    "market_regime": "mixed",
    "market_seed": "7",
}
START = {f"startup_{part}_ms": 0 for part in ("reconcile", "replay", "bootstrap", "total")}
ROOT = Path(__file__).parents[3]
PROFILES = ROOT / "profiles"


class House:
    """A desk with everything around it that the API needs, driven by the test's own thread."""

    def __init__(self, *, slots=4, candles=400, **settings):
        asked = GRID | {"slots": str(slots)} | {key: str(value) for key, value in settings.items()}
        self.profile = profile_of(tuple(sorted(asked.items())))
        self.clock = SystemClock()
        self.tally = Tally()
        self.board, self.inbox = StatusBoard(), Inbox()
        self.metrics = Metrics(self.board, self.clock, self.tally.counts)
        ledger = HeardLedger(
            MemoryLedger("DOGE", "USD"), self.tally, self.clock, self.metrics.committed
        )
        self.desk, self.venue = replay_desk(self.profile, market(candles), ledger)
        self.facts = Facts(tally=self.tally, startup=START)
        self.report = StatusReport(
            self.board, self.facts, self.clock, lambda: self.profile, lambda: "none"
        )
        self.verbs = verb_table(
            self.profile.settings.maker_fee_pct,
            lambda: self.profile,
            lambda: self.tally.slots,
            more=legacy_verbs(
                lambda: self.profile,
                removed=self.profile.settings.legacy_orphans == "removed",
            ),
        )

    @property
    def ledger(self):
        return self.desk.ledger.inner

    def ticks(self, count=1):
        """Run ticks as the loop does."""
        for _ in range(count):
            self.metrics.tick_begins(self.desk)
            summary = tick(self.desk, self.inbox)
            close_tick(self.desk, summary, orchestrated=False, task_run="")
            retire_flat(self.desk)
            self.metrics.tick_ends(self.desk, summary)
            self.report(self.desk, summary)
        return self

    def until(self, wanted, limit=400):
        """Tick until the desk is as wanted."""
        for _ in range(limit):
            if wanted(self.desk):
                return self
            self.ticks()
        raise AssertionError("the desk never came to that")

    def do(self, action, **given):
        """Do one verb here and now."""
        ask = understand(self.verbs, {"action": action, **given}, "test")
        return perform(self.desk, ask)

    def status(self):
        """Report and return the document."""
        return self.report.now(self.desk).status

    def parts(self, **changed):
        options = {
            "board": self.board,
            "inbox": self.inbox,
            "verbs": self.verbs,
            "metrics": self.metrics,
            "clock": self.clock,
            "changed": self.report.now,
        }
        return Parts(**(options | changed))

    def notes(self, kind):
        """List what was noted of one kind."""
        return [entry for _, entry in self.ledger.rows if type(entry).__name__ == kind]

    @contextmanager
    def served(self, folder, *, driven=True, **changed):
        """Serve the API and run the desk's thread; yield a client that carries the token."""
        parts = self.parts(**changed)
        server = ControlServer(
            lambda token: create_app(parts, token),
            path=folder / "control.json",
            runtime="paper",
            clock=self.clock,
        )
        address = server.start()
        over = threading.Event()
        worker = threading.Thread(target=self._drive, args=(over,), daemon=True)
        if driven:
            worker.start()
        headers = {"Authorization": f"Bearer {address.token}"}
        try:
            with httpx.Client(
                base_url=address.url, headers=headers, trust_env=False, timeout=20
            ) as client:
                yield client
        finally:
            over.set()
            server.stop()
            if driven:
                worker.join(5)

    def _drive(self, over):
        while not over.is_set():
            self.inbox.drain(self.desk)
            self.ticks()
            time.sleep(0.001)


@cache
def profile_of(asked):
    """Load the paper profile with other settings, once."""
    return load_profile("paper", profiles=PROFILES, environ={}, overrides=dict(asked))


@cache
def market(candles):
    """Make the paper profile's own market, so many candles of it, once."""
    profile = profile_of(tuple(GRID.items()))
    instrument = instrument_of(profile)
    feed = feed_of(profile, instrument)
    assert isinstance(feed, GeneratedFeed)
    rows = [feed.next() for _ in range(candles)]
    return Candles.from_rows(
        [(row.at, row.open, row.high, row.low, row.close, row.volume) for row in rows],
        seconds=60,
        tick=instrument.price_tick,
        step=instrument.size_step,
    )

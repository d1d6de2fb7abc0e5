"""A desk with a listener in front of it, driven by the test's own thread, and a sender."""

import json
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "desk"))

from small_desk import House

from holdfast.clock import FixedClock
from holdfast.config.secrets.secret import Secret
from holdfast.desk.listener.actions import VerbActions
from holdfast.desk.listener.app import ListenerParts
from holdfast.desk.listener.book import SignalBook
from holdfast.desk.listener.intake import Intake
from holdfast.desk.listener.server import SignalServer
from holdfast.desk.listener.signature import sign
from holdfast.desk.listener.sources import Source
from holdfast.desk.reconcile import reconcile

NOW = 1_800_000_000
SECRET = b"a secret of a source"
SOURCES = {
    "tv": Source(name="tv", principal="chat:42", secret=Secret(SECRET.decode())),
    "other": Source(name="other", principal="api:other", secret=Secret("another long secret")),
}


class StandStill(FixedClock):
    """A wall clock that moves when told, beside a monotonic one that runs."""

    def monotonic(self):
        return time.monotonic()


class World:
    """A desk, an intake and its book; `serve` opens the endpoint."""

    def __init__(self, actions=None, *, may_open=False, slots=1, **settings):
        self.house = House(slots=slots, candles=400, **settings).ticks(2)
        self.clock = StandStill(NOW * 1_000_000)
        self.may_open = may_open
        self.actions = actions or VerbActions(self.house.verbs)
        self.book = SignalBook()
        self.intake = self.made()

    @property
    def desk(self):
        return self.house.desk

    def made(self):
        return Intake(
            self.book,
            self.actions,
            self.clock,
            symbol="DOGE/USD",
            may_open=lambda: self.may_open,
        )

    def reborn(self):
        """Forget everything but the ledger, as a killed process does."""
        self.book = SignalBook(entry for _, entry in self.house.ledger.rows)
        self.intake = self.made()
        desk = self.desk
        desk.books = self.house.ledger.restore()
        desk.outbox.clear()
        desk.counters.begin_tick()
        desk.reindex()
        reconcile(desk)
        return self

    def work(self):
        self.intake.work(self.desk)
        return self

    def states(self, signal_id="s1"):
        """List the states a signal went through, with the last detail."""
        notes = [one for one in self.house.notes("SignalNoted") if one.signal_id == signal_id]
        return [one.state for one in notes]

    def detail(self, signal_id="s1"):
        return [one for one in self.house.notes("SignalNoted") if one.signal_id == signal_id][
            -1
        ].detail

    def parts(self, **changed):
        given = {
            "sources": SOURCES,
            "inbox": self.house.inbox,
            "intake": self.intake,
            "clock": self.clock,
            "max_age": lambda _principal: 120,
        }
        return ListenerParts(**(given | changed))

    @contextmanager
    def serve(self, *, drained=True, **changed):
        server = SignalServer(self.parts(**changed))
        over = threading.Event()
        worker = threading.Thread(target=self._drain, args=(over,), daemon=True)
        if drained:
            worker.start()
        try:
            with httpx.Client(base_url=server.start(0), trust_env=False, timeout=20) as client:
                yield client
        finally:
            over.set()
            server.stop()
            if drained:
                worker.join(5)

    def _drain(self, over):
        while not over.is_set():
            self.house.inbox.drain(self.desk)
            time.sleep(0.001)


def body_of(**fields):
    """Write a signal as a sender does."""
    return json.dumps({"source": "tv", "signal_id": "s1", "kind": "pause"} | fields).encode()


def headers_of(body, *, at=NOW, secret=SECRET):
    """Sign it."""
    stamp = str(at)
    return {"X-Timestamp": stamp, "X-Signature": sign(secret, stamp, body)}


def send(client, body, **signing):
    """Post it, signed."""
    return client.post("/signals", content=body, headers=headers_of(body, **signing))

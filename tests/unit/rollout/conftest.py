"""What the tests of runbooks look at: a real server that says what it is told, real published tables."""

import http.server
import json
import threading
from pathlib import Path

import pytest

from holdfast.clock import FixedClock
from holdfast.domain.bookkeeping import LedgerFounded, SessionStarted, SessionStopped
from holdfast.ledger.publish import Publisher
from holdfast.ledger.store import DuckDbLedger
from holdfast.rollout.runbook.around import Address, Around, Services
from holdfast.rollout.runbook.evidence import Keeper
from holdfast.rollout.runbook.journal import RunJournal
from holdfast.rollout.runbook.load import load_runbook
from holdfast.rollout.runbook.run import run
from holdfast.rollout.runbook.stopping import Stop

SECOND = 1_000_000
BEGAN = 1_800_000_000 * SECOND
FOUNDED = LedgerFounded(genesis="t", env="paper", venue="paper", account="t", symbol="DOGE/USD")
HEAD = "runbook: mine\ntitle: Mine\nphases:\n  - id: p1\n    steps:\n"


class Told(http.server.BaseHTTPRequestHandler):
    """Answers each path with the next of what was told; the last one stays."""

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        answers = self.server.answers.get(self.path, [(404, {})])
        code, body = answers.pop(0) if len(answers) > 1 else answers[0]
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        if code == 302:
            self.send_header("location", "http://localhost/elsewhere")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    """Serve on this machine; `answers` maps a path to the list of (status, body) it gives."""
    one = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Told)
    one.answers, one.asked = {}, []
    one.url = f"http://127.0.0.1:{one.server_port}"
    thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield one
    one.shutdown()
    one.server_close()


class Place:
    """A runtime with a clock that moves only when told, and a runner of runbooks in it."""

    def __init__(self, folder: Path, url: str):
        self.folder, self.url = folder, url
        self.clock = FixedClock(BEGAN)
        self.desk, self.dashboard = Address(url, "secret-token"), Address(url)
        self.since, self.rows, self.takes = None, [], True
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.journal = RunJournal(folder / "evidence" / "mine-1.jsonl")
        self.stop = Stop()

    def around(self):
        services = Services(lambda: self.desk, lambda: self.dashboard, self.clock)
        return Around(
            services=services,
            logs=self.logs,
            published=self.folder / "published",
            clock=self.clock,
            began_at=BEGAN,
            since=self.since,
            stop=self.stop,
        )

    def load(self, steps):
        path = self.folder / "mine.yaml"
        path.write_text(HEAD + steps, encoding="utf-8")
        return load_runbook(str(path), self.folder)

    def run(self, steps, passed=(), tell=lambda _: None):
        keeper = Keeper(self.journal, self._send, run="mine-1", runbook="mine")
        known = {(step.phase, step.step): step for step in passed}
        return run(self.load(steps), self.around(), keeper, "mine-1", passed=known, tell=tell)

    def seconds(self):
        return self.clock.monotonic() - BEGAN / SECOND

    def publish(self, *sessions):
        """Publish sessions of (start, stop or None, reason), in seconds after BEGAN."""
        clock = FixedClock(BEGAN)
        ledger = DuckDbLedger.open(
            self.folder / "ledger.duckdb", clock=clock, base="DOGE", quote="USD", found=FOUNDED
        )
        epoch = ledger.restore().epoch
        for number, (start, stop, reason) in enumerate(sessions, epoch + 1):
            clock._wall = BEGAN + start * SECOND
            note = SessionStarted(epoch=number, pid=1, profile="t", version_text="t")
            ledger.commit(0, [note])
            if stop is not None:
                clock._wall = BEGAN + stop * SECOND
                ledger.commit(0, [SessionStopped(epoch=number, reason=reason)])
        ledger.project()
        assert Publisher(ledger.cursor, self.folder / "published", clock, runtime="t").publish()
        ledger.close()

    def _send(self, row):
        if self.takes:
            self.rows.append(row)
        return self.takes


@pytest.fixture
def place(tmp_path, server):
    return Place(tmp_path, server.url)

"""Kill what `holdfast up` runs, each while it works, and compare the books afterwards.

HOLDFAST_KILLS says how often each is killed: 1 by default, 3 in CI, 20 in `make crash-desk`.
"""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from holdfast.clock import SystemClock
from holdfast.config.loader import load_profile
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify
from holdfast.supervise.control import read_control
from holdfast.supervise.record import Record, is_same, read_records
from holdfast.venue.journal import Journal
from holdfast.wiring.market import feed_of, paper_venue
from holdfast.wiring.replay import GENESIS
from holdfast.wiring.rules import policy_of

pytestmark = [pytest.mark.crash, pytest.mark.timeout(7200)]

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("HOLDFAST_KILLS") or (3 if os.environ.get("CI") else 1))
BACK_SECONDS = 60.0
START_SECONDS = 180.0
CLOCK = SystemClock()


class Up:
    """One home with a profile, and the `holdfast up` that runs in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.lives = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def record(self) -> Record | None:
        return read_records(self.home / "var" / "up.json").get("paper")

    @property
    def errors(self) -> str:
        return (self.home / f"stderr-{self.lives}").read_text()

    @property
    def output(self) -> str:
        return (self.home / f"stdout-{self.lives}").read_text()

    def start(self) -> None:
        """Start it and wait until every child is well."""
        self.lives += 1
        self.process = self.call(wait=False)
        wait_for(lambda: "everything is up" in self.errors, START_SECONDS, self.story)

    def call(self, *, wait: bool) -> subprocess.Popen[bytes]:
        mark = "again" if wait else str(self.lives)
        environ = {**os.environ, "HOLDFAST_HOME": str(self.home)}
        environ.pop("HOLDFAST_PROFILES", None)
        out, err = self.home / f"stdout-{mark}", self.home / f"stderr-{mark}"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "holdfast", "up", "--profile", "paper"],
                cwd=self.home,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
        if wait:
            process.wait(timeout=BACK_SECONDS)
        return process

    def children(self) -> dict[str, int]:
        record = self.record
        return {} if record is None else {each.name: each.pid for each in record.children}

    def everyone(self) -> set[int]:
        """Every process of this `up`, whatever session it is in."""
        assert self.process is not None
        return {each.pid for each in psutil.Process(self.process.pid).children(recursive=True)}

    def is_well(self) -> bool:
        record = self.record
        if record is None or len(record.children) < 4 or not all(map(is_same, record.children)):
            return False
        control = read_control(self.home / "var" / "paper" / "control.json")
        if control is None or control.pid != self.children()["desk"]:
            return False
        wanted = (
            f"{record.urls['Prefect UI']}/api/health",
            f"{record.urls['dashboard']}/_stcore/health",
            f"{control.url}/readyz",
        )
        headers = {"Authorization": f"Bearer {control.token}"}
        return all(answers(url, headers) for url in wanted)

    def kill_child(self, name: str) -> None:
        before = self.children()[name]
        os.kill(before, signal.SIGKILL)
        wait_for(
            lambda: self.children().get(name, before) != before and self.is_well(),
            BACK_SECONDS,
            self.story,
        )

    def end(self, number: int = signal.SIGINT) -> int:
        assert self.process is not None
        crew = self.everyone()
        self.process.send_signal(number)
        code = self.process.wait(timeout=BACK_SECONDS)
        wait_for(lambda: not any(map(runs, crew)), BACK_SECONDS, self.story)
        return code

    def kill(self) -> None:
        """Kill `up` itself and wait until nothing of it is left."""
        assert self.process is not None
        crew = self.everyone()
        self.process.kill()
        self.process.wait()
        wait_for(lambda: not any(map(runs, crew)), BACK_SECONDS, self.story)

    def story(self) -> str:
        logs = sorted((self.home / "var" / "paper" / "logs").glob("*.log"))
        tails = [f"-- {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in logs]
        return "\n".join([self.errors, *tails])


def answers(url: str, headers: dict[str, str]) -> bool:
    try:
        return httpx.get(url, headers=headers, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def some_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return int(holder.getsockname()[1])


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def wait_for(condition: Callable[[], bool], seconds: float, story: Callable[[], str]) -> None:
    deadline = CLOCK.monotonic() + seconds
    while not condition():
        assert CLOCK.monotonic() < deadline, story()
        CLOCK.sleep(0.2)


def assert_the_books_agree(home: Path) -> int:
    """Verify the ledger and compare it with the venue's own memory; return its last sequence."""
    runtime = home / "var" / "paper"
    report = verify(runtime / "ledger.duckdb")
    assert report.sound, report.findings
    ledger = DuckDbLedger.open(runtime / "ledger.duckdb", clock=CLOCK, base="DOGE", quote="USD")
    try:
        books = ledger.restore()
        sequence = ledger.sequence
    finally:
        ledger.close()
    profile = load_profile("paper", profiles=home / "profiles", environ={}, overrides={})
    policy = policy_of(profile, GENESIS)
    feed = feed_of(profile, policy.rules.instrument)
    venue = paper_venue(profile, policy, feed, Journal(runtime / "venue"))
    try:
        resting = [order.client_order_id for order in venue.open_orders()]
        for asset, balance in venue.balances().items():
            assert books.accounts.free(asset) == balance.free
            assert books.accounts.held(asset) == balance.held
    finally:
        venue.close()
    assert len(set(resting)) == len(resting)
    assert set(resting) == set(books.orders)
    assert all(total == 0 for total in books.accounts.sums().values())
    return sequence


def assert_a_second_up_is_sent_to_the_first(up: Up) -> None:
    record = up.record
    assert record is not None
    assert stat.S_IMODE((up.home / "var" / "up.json").stat().st_mode) == 0o600
    assert set(up.children()) == {"prefect", "desk", "dashboard", "worker"}
    labels = ("Prefect UI", "control API", "dashboard")
    printed = [line.split()[-1] for line in sorted(up.output.splitlines())]
    assert printed == [record.urls[label] for label in labels]

    second = up.call(wait=True)

    assert second.returncode == 2
    told = (up.home / "stdout-again").read_text()
    assert all(url in told for url in record.urls.values())
    assert up.is_well()


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles")
    shutil.copy(ROOT / "prefect.yaml", tmp_path)
    with (tmp_path / "profiles" / "paper.yaml").open("a") as profile:
        profile.write(f"  prefect_port: {some_port()}\n  dashboard_port: {some_port()}\n")
    whole = Up(tmp_path)
    yield whole
    if whole.process is not None and whole.process.poll() is None:
        whole.end(signal.SIGTERM)


def test_up_tells_a_second_one_where_it_is_restarts_what_is_killed_and_ends_on_ctrl_c(
    up: Up,
) -> None:
    up.start()
    assert_a_second_up_is_sent_to_the_first(up)
    for _ in range(KILLS):
        for name in ("desk", "prefect", "dashboard"):
            up.kill_child(name)
    assert up.end(signal.SIGINT) == 130
    assert read_records(up.home / "var" / "up.json") == {}
    assert_the_books_agree(up.home)


def test_a_killed_up_leaves_nothing_running_and_the_next_one_goes_on(up: Up) -> None:
    reached = 0
    for _ in range(KILLS):
        up.start()
        up.kill()
        report = verify(up.home / "var" / "paper" / "ledger.duckdb")
        assert report.sound, report.findings
        assert report.events > reached
        reached = report.events
    up.start()
    assert up.end(signal.SIGTERM) == 0
    assert assert_the_books_agree(up.home) > reached

"""A desk as a process of its own: what it logs, how it stops, how it comes back, what it refuses."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from holdfast.cli.app import exit_code_of
from holdfast.clock import FixedClock
from holdfast.config.summary import SUMMARY
from holdfast.domain.bookkeeping import (
    HoldSet,
    SessionStarted,
    SessionStopped,
    TransientHaltCleared,
)
from holdfast.domain.errors import HoldfastError
from holdfast.ledger.codec import decode
from holdfast.ledger.restore import stored
from holdfast.ledger.store import DuckDbLedger
from holdfast.wiring.live import DeskOptions, open_desk

ROOT = Path(__file__).resolve().parents[3]
CLEARED = "Snapshot restored transient HALTED state (signal 15); clearing to INIT for startup"


def environment(home, profiles=ROOT / "profiles"):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return {**kept, "HOLDFAST_HOME": str(home), "HOLDFAST_PROFILES": str(profiles)}


def command(*options):
    return [sys.executable, "-m", "holdfast", "desk", "run", "--no-orchestrator", *options]


def ledger_of(home):
    return home / "var" / "paper" / "ledger.duckdb"


def rows(home):
    ledger = DuckDbLedger.open(ledger_of(home), clock=FixedClock(1), base="DOGE", quote="USD")
    try:
        raw = stored(ledger._connection, 0, ledger.sequence)
        return [decode(row[4], row[5], row[6]) for row in raw], ledger.restore()
    finally:
        ledger.close()


@pytest.fixture(scope="module")
def two_lives(tmp_path_factory):
    """Start a desk, end it by SIGTERM in the middle of its life, start it again for a while."""
    home = tmp_path_factory.mktemp("home")
    first = home / "first.log"
    with first.open("w") as log:
        desk = subprocess.Popen(
            command("--speed", "600"), env=environment(home), stdout=log, stderr=log
        )
        try:
            wait_for_ticks(desk, home)
            desk.send_signal(signal.SIGTERM)
            code = desk.wait(30)
        finally:
            desk.kill()
            desk.wait()
    again = subprocess.run(
        command("--speed", "0", "--candles", "5"),
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return home, code, first.read_text(encoding="utf-8"), again


def wait_for_ticks(desk, home):
    journal = home / "var" / "paper" / "venue" / "journal.jsonl"
    deadline = time.monotonic() + 40
    while desk.poll() is None and time.monotonic() < deadline:
        if journal.exists() and journal.read_bytes().count(b"\n") > 20:
            return
        time.sleep(0.05)
    pytest.fail("the desk did not trade")


@pytest.mark.plan("001-042", "002-186")
def test_a_start_logs_one_line_for_each_family_of_settings(two_lives):
    _, _, log, again = two_lives
    for text in (log, again.stderr):
        for family in SUMMARY:
            lines = [line for line in text.splitlines() if f"] {family}: " in line]
            assert len(lines) == 1, family
            assert "=" in lines[0]


@pytest.mark.plan("003-002", "003-004", "003-032", "003-043")
def test_a_stop_by_signal_is_said_and_cleared_at_the_next_start(two_lives):
    home, code, log, again = two_lives
    assert code == 0
    assert "stopped: signal 15" in log
    assert again.returncode == 0
    assert sum(CLEARED in line for line in again.stderr.splitlines()) == 1
    assert CLEARED not in log
    events, books = rows(home)
    told = [type(event) for event in events]
    stop = events[told.index(SessionStopped)]
    assert stop.reason == "signal 15"
    after = told[told.index(SessionStopped) :]
    assert after.index(TransientHaltCleared) < after.index(SessionStarted)
    assert books.holds == {}
    assert not any(isinstance(event, HoldSet) for event in events)


@pytest.mark.plan("002-137", "003-002", "003-004", "003-043")
def test_the_second_life_trades_on_where_the_first_stopped(two_lives):
    home, _, _, _ = two_lives
    events, books = rows(home)
    starts = [event.epoch for event in events if isinstance(event, SessionStarted)]
    assert starts == [1, 2]
    first_stop = next(n for n, event in enumerate(events) if isinstance(event, SessionStopped))
    assert any(type(event).__name__ == "TickNoted" for event in events[first_stop:])
    assert len(books.slots) == 8
    assert set(books.accounts.sums().values()) == {0}


@pytest.mark.plan("002-236")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extends: base\nsettings:\n  slotz: 3\n", "slotz"),
        ("extends: base\nsettings:\n  slots: -1\n", "slots"),
        ("extends: base\nsettings: {\n", "bad.yaml"),
    ],
)
def test_a_bad_profile_ends_with_two_before_a_ledger_exists(tmp_path, monkeypatch, text, said):
    folder = bad_profile(tmp_path, text)
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    with ExitStack() as stack, pytest.raises(HoldfastError, match=said) as raised:
        open_desk(DeskOptions(profile="bad", profiles=folder), stack)
    assert exit_code_of(raised.value) == 2
    assert_nothing_was_begun(tmp_path)


@pytest.mark.plan("002-236")
def test_a_process_with_a_bad_profile_ends_with_two_before_a_ledger_exists(tmp_path):
    folder = bad_profile(tmp_path, "extends: base\nsettings:\n  slotz: 3\n")
    done = subprocess.run(
        command("--profile", "bad"),
        env=environment(tmp_path, folder),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "slotz" in done.stderr
    assert_nothing_was_begun(tmp_path)


def bad_profile(home, text):
    folder = home / "profiles"
    folder.mkdir()
    head = "abstract: true\nenv: paper\nvenue: paper\nsymbol: DOGE/USD\n"
    (folder / "base.yaml").write_text(head, encoding="utf-8")
    (folder / "bad.yaml").write_text(text, encoding="utf-8")
    return folder


def assert_nothing_was_begun(home):
    assert list(home.rglob("*.duckdb")) == []
    assert not (home / "var").exists()

"""Kill what `holdfast up` runs, each while it works, and compare the books afterwards.

HOLDFAST_KILLS says how often each is killed: 1 by default, 3 in CI, 20 in `make crash-desk`.
"""

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from up_world import CLOCK, Up, some_port

from holdfast.config.loader import load_profile
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify
from holdfast.supervise.record import read_records
from holdfast.venue.journal import Journal
from holdfast.wiring.market import feed_of, paper_venue
from holdfast.wiring.replay import GENESIS
from holdfast.wiring.rules import policy_of

pytestmark = [pytest.mark.crash, pytest.mark.timeout(7200)]

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("HOLDFAST_KILLS") or (3 if os.environ.get("CI") else 1))


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

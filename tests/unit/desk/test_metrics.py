"""What Prometheus reads, and what the tally behind it counts."""

import sys
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

from small_desk import House

from holdfast.cli.app import application
from holdfast.clock import FixedClock, SystemClock
from holdfast.desk import holds
from holdfast.desk.status.board import StatusBoard
from holdfast.desk.status.heard import HeardLedger
from holdfast.desk.status.metrics import Metrics
from holdfast.desk.status.tally import Tally
from holdfast.desk.status.tally_restore import cycle_sums, plain, restore_tally
from holdfast.domain.bookkeeping import LedgerFounded, TickNoted
from holdfast.ledger.memory import MemoryLedger
from holdfast.ledger.store import DuckDbLedger

FOUNDED = LedgerFounded(
    genesis="paper", env="paper", venue="paper", account="main", symbol="DOGE/USD"
)


@pytest.fixture(scope="module")
def traded():
    return House(slots=4).ticks(300)


def samples(house):
    families = text_string_to_metric_families(house.metrics.render().decode())
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_figures_are_those_of_the_desk(traded):
    read, counters = samples(traded), traded.desk.counters
    assert read["holdfast_ticks_total", "ok"] == counters.ticks == 300
    assert read["holdfast_cycles_total", "filled"] == counters.cycles > 0
    booked = sum(v for key, v in read.items() if key[0] == "holdfast_fills_booked_total")
    assert booked == counters.fills
    sent = sum(v for key, v in read.items() if key[0] == "holdfast_orders_submitted_total")
    assert sent == counters.orders_placed
    assert read["holdfast_open_orders", "local"] == len(traded.desk.books.orders)
    assert read["holdfast_realized_pnl_quote",] == pytest.approx(float(traded.tally.total.net))
    assert read["holdfast_balance", "USD", "total"] > 0
    assert read["holdfast_ledger_sequence",] == traded.ledger.sequence


def test_ticks_and_commits_are_timed(traded):
    read = samples(traded)
    assert read["holdfast_tick_duration_seconds_count",] == 300
    assert read["holdfast_ledger_commit_seconds_count",] > 50
    assert read["holdfast_last_success_timestamp", "tick"] > 1_600_000_000


def test_mode_and_holds_are_one_hot():
    house = House(slots=1).ticks(1)
    holds.put_up(house.desk, "estop", "now")
    house.status()
    read = samples(house)
    assert read["holdfast_mode", "HALTED"] == 1
    assert sum(value for key, value in read.items() if key[0] == "holdfast_mode") == 1
    assert read["holdfast_hold", "estop"] == 1
    assert read["holdfast_hold", "operator"] == 0
    assert read["holdfast_estop_active",] == 1


def test_before_the_first_status_there_is_nothing_but_the_clocks():
    metrics = Metrics(StatusBoard(), SystemClock())
    assert b"holdfast_ticks_total" not in metrics.render()
    assert b"holdfast_tick_duration_seconds_count 0.0" in metrics.render()


def test_labels_are_few(traded):
    families = text_string_to_metric_families(traded.metrics.render().decode())
    for family in families:
        if family.type != "histogram":
            assert len(family.samples) < 20, family.name
        assert not any("slot_id" in sample.labels for sample in family.samples)


def test_a_tally_read_back_from_a_ledger_file_says_what_the_old_one_said(traded, tmp_path):
    ledger = DuckDbLedger.open(
        tmp_path / "ledger.duckdb", clock=FixedClock(1), base="DOGE", quote="USD", found=FOUNDED
    )
    heard = Tally()
    told = HeardLedger(ledger, heard, SystemClock())
    for at, rows in groupby(traded.ledger.rows, key=lambda row: row[0]):
        told.commit(at, [entry for _, entry in rows])
    told.inner.project()
    read = Tally()
    restore_tally(read, ledger.cursor(), ledger.restore())
    for name in ("slots", "total", "losses", "loss", "day", "day_net", "day_cycles"):
        assert getattr(read, name) == getattr(heard, name), name
    assert (read.orphans, read.fills) == (heard.orphans, heard.fills)
    assert (read.positions_open, read.journal_rows) == (heard.positions_open, heard.journal_rows)
    assert read.recent == heard.recent
    assert cycle_sums(ledger.cursor()) == heard.slots
    assert told.sequence == ledger.sequence
    ledger.close()


def test_what_a_ledger_refuses_is_not_heard():
    class Full(MemoryLedger):
        def commit(self, *_):
            raise OSError("no space left")

    tally = Tally()
    ledger = HeardLedger(Full("DOGE", "USD"), tally, SystemClock())
    note = TickNoted(tick=1, mark="1", events=0, fills=0, orders=0, orchestrated=False)
    with pytest.raises(OSError, match="no space"):
        ledger.commit(1, [note])
    assert tally.counts.told() == {("ledger_write_errors",): 1}
    assert ledger.sequence == 0


def test_a_tally_of_books_alone_knows_totals_and_resting_orders(traded):
    tally = Tally.of(traded.desk.books)
    assert tally.total.net == traded.tally.total.net
    assert set(tally._placed) == set(traded.desk.books.orders)


def test_amounts_lose_only_the_zeros_of_their_column():
    for text in ("0.100000000000000000", "100", "1.5", "-0.000010000000000000", "0E-18"):
        assert plain(Decimal(text)) == Decimal(text)
    assert str(plain(Decimal("0.100000000000000000"))) == "0.1"
    assert str(plain(Decimal(100))) == "100"


@pytest.mark.plan("004-062")
def test_a_build_tells_its_version_to_whoever_scrapes_it_and_on_the_command_line():
    families = text_string_to_metric_families(House(slots=1).ticks(1).metrics.render().decode())
    build = next(family for family in families if family.name == "holdfast_build_info")
    (told,) = {sample.labels["version"] for sample in build.samples}
    said = CliRunner().invoke(application("status"), ["--version"])
    assert (said.exit_code, said.stdout) == (0, f"holdfast {told}\n")

"""What the DuckDB ledger promises beyond the contract every ledger keeps."""

import stat
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from stories import BASE, FOUNDED, QUOTE, STEP, refused_entry, story

from holdfast.clock import FixedClock
from holdfast.domain.bookkeeping import HoldSet
from holdfast.domain.errors import LedgerConflict, LedgerCorrupt, LedgerError, LedgerLocked
from holdfast.domain.events import BalanceOpened, SlotAdded, SlotRetired
from holdfast.domain.market import Candle
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify


def _all(ledger, sql):
    return ledger.cursor().execute(sql).fetchall()


def test_the_founding_is_the_first_row_and_names_the_genesis(opened):
    ledger = opened()
    assert ledger.sequence == 1
    assert ledger.genesis == "paper"
    assert _all(ledger, "select seq, type from event") == [(1, "LedgerFounded")]


@pytest.mark.parametrize("fact", ["env", "venue", "account", "symbol"])
def test_a_ledger_of_other_facts_is_refused_and_both_are_named(opened, path, fact):
    opened().close()
    other = msgspec.structs.replace(FOUNDED, **{fact: "other"})
    with pytest.raises(LedgerError, match=f"{fact} '{getattr(FOUNDED, fact)}'.*'other'"):
        opened(path, other)


def test_other_assets_are_refused(opened, path):
    opened().close()
    with pytest.raises(LedgerError, match="EUR"):
        DuckDbLedger.open(path, clock=FixedClock(1), base=BASE, quote="EUR", found=FOUNDED)


def test_a_missing_ledger_is_not_made_without_its_facts(opened, path):
    with pytest.raises(LedgerError, match="there is no ledger"):
        opened(path, None)
    assert not path.parent.exists()


def test_files_and_folders_are_private(opened, path):
    ledger = opened()
    snapshot = ledger.snapshot()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(snapshot.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(snapshot.parent.stat().st_mode) == 0o700


def test_another_process_is_told_that_the_ledger_is_open(filled, path):
    code = (
        "import sys; from pathlib import Path; from holdfast.ledger.connect import connect\n"
        "from holdfast.domain.errors import LedgerLocked\n"
        "try: connect(Path(sys.argv[1]))\n"
        "except LedgerLocked as error: print('locked:', error)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith("locked: ledger.duckdb is open in another process")
    assert issubclass(LedgerLocked, LedgerError)


def test_a_file_that_is_no_ledger_is_said_to_be_one(path, opened):
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(LedgerCorrupt, match="cannot be opened"):
        opened()


def test_after_a_reopening_everything_goes_on(filled, path, opened):
    books, digest, sequence = filled.restore(), filled.event_hash(), filled.sequence
    filled.close()
    again = opened()
    assert again.sequence == sequence
    assert again.event_hash() == digest
    assert again.restore().slots == books.slots
    assert again.restore().accounts.balances == books.accounts.balances
    assert again.commit(9 * STEP, [HoldSet(name="operator", reason="x")]) == sequence + 1


@pytest.mark.parametrize("value", ["1E-19", "0.1234567890123456789", "1E20", "NaN", "Infinity"])
def test_an_amount_that_does_not_fit_is_refused_and_nothing_is_written(filled, value):
    before = filled.sequence
    event = BalanceOpened(asset=QUOTE, amount=Decimal(value), reason="x")
    with pytest.raises(LedgerError, match=r"BalanceOpened\.amount"):
        filled.commit(1, [HoldSet(name="operator", reason="x"), event])
    assert filled.sequence == before
    assert _all(filled, "select max(seq) from event") == [(before,)]
    assert "operator" not in filled.restore().holds


def test_a_candle_that_does_not_fit_is_refused(filled):
    good = Decimal(1)
    with pytest.raises(LedgerError, match="candle"):
        filled.record_candle(Candle(1, good, good, good, good, Decimal("1E-19")))


def test_a_commit_that_cannot_be_folded_leaves_the_ledger_as_it_was(filled):
    before, digest = filled.sequence, filled.event_hash()
    broken = refused_entry(slot=99, cycle=9)
    with pytest.raises(Exception, match="99"):
        filled.commit(1, [HoldSet(name="venue", reason="x"), *broken])
    assert filled.sequence == before
    assert "venue" not in filled.restore().holds
    assert filled.event_hash() == digest
    filled.commit(2, [HoldSet(name="venue", reason="y")])
    assert filled.restore().holds == {"venue": "y"}


def test_a_repeated_fill_is_a_conflict(opened):
    ledger = opened()
    steps = list(story(slots=1, cycles=1))
    fills = next(one for _, one in steps if type(one[0]).__name__ == "OrderFilled")
    for at, entries in steps[: [one for _, one in steps].index(fills)]:
        ledger.commit(at, entries)
    with pytest.raises(LedgerConflict, match="came twice"):
        ledger.commit(1, [fills[0], fills[0]])


def test_an_order_is_followed_through_its_life(filled):
    rows = _all(filled, "select status, filled, revision, acked_at > placed_at from orders")
    assert len(rows) == 12
    assert {(row[0], row[1]) for row in rows} == {("filled", Decimal(20))}
    assert sorted({row[2] for row in rows}) == [0, 1]
    filled.commit(9 * STEP, refused_entry(slot=0, cycle=3))
    filled.project()
    found = _all(filled, "select status, end_reason, hold from orders where cycle = 3")
    assert found == [("refused", "post_only", 0)]
    assert _all(
        filled,
        "select kind, status from intents where client_order_id in "
        "(select client_order_id from orders where cycle = 3) order by seq",
    ) == [
        ("place", "refused"),
        ("cancel", "done"),
    ]


def test_a_retired_slot_keeps_its_row(opened):
    ledger = opened()
    ledger.commit(5, [SlotAdded(slot=0, sticky=True), SlotAdded(slot=1, sticky=False)])
    ledger.commit(7, [SlotRetired(slot=0)])
    ledger.project()
    found = _all(ledger, "select slot_id, retired_at from slots order by slot_id")
    assert found == [(0, 7), (1, None)]


def test_candles_are_written_with_the_next_commit_and_once(filled):
    candle = Candle(60_000_000, *(Decimal(one) for one in ("1.5", "2", "1", "1.25", "1000")))
    filled.record_candle(candle)
    assert _all(filled, "select count(*) from candles") == [(0,)]
    filled.commit(1, [HoldSet(name="operator", reason="x")])
    filled.record_candle(candle)
    filled.checkpoint()
    assert _all(filled, "select opened_at, open, close from candles") == [
        (60_000_000, Decimal("1.5"), Decimal("1.25"))
    ]


def test_a_checkpoint_beside_a_reader_is_put_off(filled):
    reader = filled.cursor()
    reader.execute("begin transaction")
    reader.execute("select * from event")
    filled.commit(1, [HoldSet(name="operator", reason="x")])
    filled.checkpoint()
    reader.execute("rollback")
    assert filled.checkpoint()


def test_a_failed_commit_of_the_database_is_read_again(filled, monkeypatch):
    before = filled.sequence
    filled._connection.execute("alter table event add column late integer")
    with pytest.raises(Exception, match="columns"):
        filled.commit(1, [HoldSet(name="operator", reason="x")])
    filled._connection.execute("alter table event drop column late")
    assert filled.commit(1, [HoldSet(name="operator", reason="x")]) == before + 1


def test_projections_follow_after_enough_rows(opened, monkeypatch):
    monkeypatch.setattr("holdfast.ledger.store.PROJECT_EVERY", 5)
    ledger = opened()
    for slot in range(4):
        ledger.commit(1, [SlotAdded(slot=slot, sticky=True)])
    assert _all(ledger, "select count(*) from slots") == [(0,)]
    ledger.commit(1, [SlotAdded(slot=4, sticky=True)])
    assert _all(ledger, "select count(*) from slots") == [(5,)]
    assert _all(ledger, "select projected_to from watermark") == [(6,)]


def test_tables_that_cannot_be_written_never_fail_a_durable_commit(opened, path, monkeypatch):
    ledger = opened()
    for at, entries in list(story(slots=1, cycles=1))[:3]:
        ledger.commit(at, entries)
    ledger.project()
    order = refused_entry(slot=0, cycle=9)
    blocker = (
        "insert into intents select seq + 1, 0, 'place', 'x', 0, 0, null, null, '', 'done', null"
    )
    ledger._connection.execute(f"{blocker} from (select max(seq) as seq from event)")
    monkeypatch.setattr("holdfast.ledger.store.PROJECT_EVERY", 1)
    assert ledger.commit(9, order) == ledger.sequence
    assert "intents refuses a row" in ledger.problem
    assert ledger.commit(10, [HoldSet(name="venue", reason="x")]) == ledger.sequence
    assert ledger.restore().holds == {"venue": "x"}
    assert not ledger.checkpoint()
    ledger._connection.execute("delete from intents where client_order_id = 'x'")
    assert ledger.checkpoint()
    assert ledger.problem is None
    assert verify(ledger.cursor()).findings == ()


def test_projections_follow_after_enough_time(path, tmp_path):
    clock = FixedClock(1)
    ledger = DuckDbLedger.open(path, clock=clock, base=BASE, quote=QUOTE, found=FOUNDED)
    try:
        ledger.commit(1, [SlotAdded(slot=0, sticky=True)])
        assert _all(ledger, "select count(*) from slots") == [(0,)]
        clock.sleep(2.5)
        ledger.keep_up()
        assert _all(ledger, "select count(*) from slots") == [(1,)]
    finally:
        ledger.close()


def test_views_add_up(filled):
    assert _all(filled, "select total from account_sums") == [(0,), (0,)]
    net = _all(filled, "select net, cycles from profit")
    assert net == _all(filled, "select sum(net_profit), sum(round_trips) from slots")
    assert _all(filled, "select sum(cycles), sum(fills) from daily") == [(6, 24)]
    assert _all(filled, "select sum(net) from slot_totals") == [net[0][:1]]
    assert _all(filled, "select count(*) from subsidy") == [(0,)]


def test_equity_is_what_is_owned_at_each_close(opened):
    ledger = opened()
    one = Decimal(1)
    for number in range(3):
        price = Decimal("0.1") * (number + 1)
        ledger.record_candle(Candle(number * 60_000_000, price, price, price, price, one))
    ledger.commit(1, [BalanceOpened(asset=QUOTE, amount=Decimal(100), reason="opening")])
    ledger.commit(70_000_000, [BalanceOpened(asset=BASE, amount=Decimal(50), reason="more")])
    ledger.project()
    rows = _all(ledger, "select close, base, quote, equity, hodl from equity order by opened_at")
    assert [row[3] for row in rows] == pytest.approx([100.0, 110.0, 115.0])
    assert [row[4] for row in rows] == pytest.approx([100.0, 110.0, 115.0])


def test_the_first_projection_loads_nothing_in_the_middle_of_a_tick(path):
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from stories import BASE, FOUNDED, QUOTE, story\n"
        "from holdfast.clock import SystemClock\n"
        "from holdfast.ledger.store import DuckDbLedger\n"
        "ledger = DuckDbLedger.open(Path(sys.argv[1]), clock=SystemClock(), base=BASE,"
        " quote=QUOTE, found=FOUNDED)\n"
        "before = set(sys.modules)\n"
        "for at, entries in story(2, 1): ledger.commit(at, entries)\n"
        "ledger.project()\n"
        "late = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(late & {'pandas', 'numpy', 'pyarrow'}))\n"
        "ledger.close()"
    )
    here = str(Path(__file__).parent)
    said = subprocess.run(
        [sys.executable, "-c", code, str(path), here], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"

"""Verify finds what was changed behind the desk's back, and names the row; rebuild mends tables."""

from decimal import Decimal

import duckdb
import pytest
from stories import BASE, FOUNDED, QUOTE, refused_entry, story

from holdfast.clock import FixedClock
from holdfast.domain.errors import LedgerCorrupt
from holdfast.domain.events import BalanceOpened
from holdfast.ledger.bulk import BulkLedger
from holdfast.ledger.connect import connect
from holdfast.ledger.kinds import KINDS
from holdfast.ledger.rebuild import rebuild
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify

FILL = "(select min(seq) from event where type = 'OrderFilled')"


def _damage(path, *statements):
    connection = duckdb.connect(str(path))
    for sql in statements:
        connection.execute(sql)
    connection.close()


def _said(path, where):
    return [str(one) for one in verify(path).findings if one.where == where]


@pytest.mark.plan("002-022")
def test_a_sound_ledger_has_no_findings(written):
    report = verify(written)
    assert report.findings == ()
    assert report.accounts_sum == {"DOGE": "0", "USD": "0"}
    assert report.projected_to == report.events


def test_an_edited_payload_is_found_and_its_row_named(written):
    _damage(
        written,
        f"update event set payload = replace(payload, '0.0998', '0.0999') where seq = {FILL}",
    )
    found = [one for one in verify(written).findings if one.where == "event"]
    assert len(found) == 1
    assert "OrderFilled" in found[0].what
    connection = duckdb.connect(str(written))
    assert connection.execute(f"select {FILL}").fetchall() == [(found[0].seq,)]
    connection.close()


@pytest.mark.parametrize("column", ["recorded_at", "market_time", "version", "seq"])
def test_any_edited_column_breaks_the_chain(written, column):
    _damage(written, f"update event set {column} = {column} + 1000 where seq = {FILL}")
    assert _said(written, "event")


def test_a_dropped_row_is_found(written):
    _damage(written, "delete from event where seq = 20")
    found = [one for one in verify(written).findings if one.where == "event"]
    assert [one.seq for one in found] == [20, 21]
    assert "missing" in found[0].what


def test_a_dropped_last_row_is_found_by_the_watermark(written):
    _damage(written, "delete from event where seq = (select max(seq) from event)")
    assert _said(written, "watermark")


def test_an_unknown_type_is_found(written):
    _damage(written, f"update event set type = 'Nonsense' where seq = {FILL}")
    assert any("Nonsense" in one for one in _said(written, "fold"))


EDITS = {
    "slots": "state = '{}'",
    "orders": "status = 'canceled'",
    "intents": "status = 'unknown'",
    "fills": "fee = fee * 2",
    "cycles": "net = net + cast('1e-18' as decimal(38, 18))",
    "positions": "entry_price = 1",
    "position_journal": "details = '{}'",
    "entries": "amount = amount + cast('1e-18' as decimal(38, 18))",
    "holds": "reason = 'other'",
    "sessions": "pid = 8",
    "ticks": "tick = -1",
    "commands": "accepted = false",
    "alerts": "severity = 'other'",
    "rules": "digest = 'other'",
    "intent_events": "evidence = 'other'",
    "submissions": "deadline = 1",
    "modes": "epoch = 9",
    "simulated": "price = '9'",
    "reconciliations": "calls = 99",
    "signals": "detail = 'other'",
    "risk_refusals": "code = 'other'",
    "policies": "value = '9'",
    "evidence": "verdict = 'pass'",
    "regime_tiers": "tier = 9",
    "gate_shadows": "entries = 9",
}


def test_an_edited_row_is_found_in_every_table(written):
    assert set(EDITS) == {kind.TABLE for kind in KINDS}
    _damage(written, *(f"update {table} set {change}" for table, change in EDITS.items()))
    findings = verify(written).findings
    for table in EDITS:
        found = [one for one in findings if one.where == table]
        assert any("the events say" in one.what for one in found), table
        assert any("the table says" in one.what for one in found), table
        assert any(one.seq is not None for one in found), table


def test_one_edited_amount_is_found_to_the_last_unit(written):
    _damage(
        written,
        "update slots set net_profit = net_profit + cast('1e-18' as decimal(38, 18)) where slot_id = 1",
    )
    findings = verify(written).findings
    assert {one.where for one in findings} == {"slots"}
    assert any("its cycles say" in one.what for one in findings)


def test_missing_rows_are_found_in_every_table(written):
    _damage(written, *(f"delete from {kind.TABLE}" for kind in KINDS))
    findings = verify(written).findings
    for kind in KINDS:
        told = [one.what for one in findings if one.where == kind.TABLE]
        assert any("the events say" in one for one in told), kind.TABLE


def test_entries_that_do_not_sum_to_zero_are_named_by_asset(written):
    _damage(written, "delete from entries where account = 'fees'")
    assert any("USD" in one and "sum to" in one for one in _said(written, "entries"))


def test_rebuild_brings_damaged_tables_back(written):
    _damage(written, "delete from orders", "update slots set net_profit = 9", "drop view daily")
    connection = connect(written)
    events = rebuild(connection)
    connection.close()
    report = verify(written)
    assert report.findings == ()
    assert report.events == events


def test_rebuild_refuses_broken_events_and_leaves_the_tables(written):
    _damage(written, f"update event set payload = '{{}}' where seq = {FILL}")
    connection = connect(written)
    before = connection.execute("select count(*) from orders").fetchall()
    with pytest.raises(LedgerCorrupt):
        rebuild(connection)
    assert connection.execute("select count(*) from orders").fetchall() == before
    connection.close()


def test_a_running_ledger_is_verified_through_a_cursor(filled):
    report = verify(filled.cursor())
    assert report.findings == ()
    assert report.events == filled.sequence
    assert report.event_hash == filled.event_hash()


def test_a_ledger_whose_projections_are_behind_is_sound(filled):
    filled.commit(99, refused_entry(slot=0, cycle=3))
    report = verify(filled.cursor())
    assert report.projected_to < report.events
    assert report.findings == ()


def test_a_ledger_written_by_a_desk_and_one_written_by_a_replay_agree(filled, path, tmp_path):
    bulk = BulkLedger(BASE, QUOTE)
    for at, entries in story(slots=3, cycles=2):
        bulk.commit(at, entries)
    other = bulk.write_to(tmp_path / "replay.duckdb", clock=FixedClock(1), found=FOUNDED)
    sequence, digest = filled.sequence, filled.event_hash()
    filled.close()
    assert verify(other).event_hash == digest
    first, second = duckdb.connect(str(path)), duckdb.connect(str(other))
    for table in ("event", *(kind.TABLE for kind in KINDS)):
        rows = [one.execute(f"from {table} order by all").fetchall() for one in (first, second)]
        assert rows[0] == rows[1], table
    first.close()
    second.close()
    assert verify(path).events == sequence


def test_a_replay_never_writes_over_a_ledger(written):
    with pytest.raises(Exception, match="exists already"):
        BulkLedger(BASE, QUOTE).write_to(written, clock=FixedClock(1), found=FOUNDED)


def test_a_replay_that_cannot_be_written_leaves_no_file(path):
    bulk = BulkLedger(BASE, QUOTE)
    bulk.commit(1, [BalanceOpened(asset=QUOTE, amount=Decimal("1E-30"), reason="x")])
    with pytest.raises(Exception, match="does not fit"):
        bulk.write_to(path, clock=FixedClock(1), found=FOUNDED)
    assert not path.exists()


def test_a_start_refuses_a_ledger_whose_events_were_changed(written):
    _damage(
        written,
        f"update event set payload = replace(payload, '0.0998', '0.0999') where seq = {FILL}",
    )
    with pytest.raises(LedgerCorrupt, match="chain hash"):
        DuckDbLedger.open(written, clock=FixedClock(1), base=BASE, quote=QUOTE, found=FOUNDED)

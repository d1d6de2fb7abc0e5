"""Positions and their journal: written once, one way, only ever added to."""

from decimal import Decimal

import duckdb
import msgspec
import pytest
from stories import BASE, ENTRY, EXIT, QUOTE, SIZE, story, story_until_exits_rest

from holdfast.domain.errors import LedgerConflict, LedgerCorrupt, LedgerError
from holdfast.domain.events import PositionClosed, PositionOpened
from holdfast.engine.books import Books
from holdfast.ledger.journal import (
    journal_window,
    open_positions,
    position_history,
    subsidy_balance,
)
from holdfast.ledger.place import Place
from holdfast.ledger.project import Projector
from holdfast.ledger.rows import JournalRow, PositionRow


def _events(kind):
    return [one for _, step in story(1, 1) for one in step if isinstance(one, kind)]


@pytest.fixture
def projector():
    made = Projector(Books(BASE, QUOTE))
    made.live.fill_ids.clear()
    return made


def _open(projector, **changes):
    event = msgspec.structs.replace(_events(PositionOpened)[0], **changes)
    projector.apply(Place(1, 10, 100), event)
    return event


def _close(projector, **changes):
    event = msgspec.structs.replace(_events(PositionClosed)[0], **changes)
    projector.apply(Place(2, 20, 200), event)
    return event


@pytest.mark.plan("002-029", "002-030", "002-031", "002-032", "002-033", "002-034", "002-187")
def test_an_opening_writes_a_position_and_a_created_row(projector):
    _open(projector)
    position, journal = (projector.batch.added[kind][0] for kind in (PositionRow, JournalRow))
    assert (position.status, position.entry_price) == ("open", ENTRY)
    assert position.original_exit_price == position.current_exit_price == EXIT
    assert (journal.event_type, journal.position_id) == ("created", position.position_id)


@pytest.mark.plan("002-001", "002-042", "002-046", "002-188")
def test_entry_facts_are_written_once(projector):
    _open(projector)
    with pytest.raises(LedgerConflict, match="entry facts stay"):
        _open(projector, entry_price=Decimal(9))
    assert projector.batch.added[PositionRow][0].entry_price == ENTRY


@pytest.mark.plan("002-032", "002-035", "002-041", "002-043", "002-044", "002-045", "002-065")
def test_a_position_closes_once_and_keeps_its_first_outcome(projector):
    _open(projector)
    closed = _close(projector)
    with pytest.raises(LedgerConflict, match="closed already and that stays"):
        _close(projector, net=Decimal(99))
    row = projector.batch.added[PositionRow][0]
    assert (row.status, row.net_profit, row.close_reason) == ("closed", closed.net, "filled")
    assert (row.exit_time, row.exit_fee, row.exit_cost) == (20, closed.exit_fee, EXIT * SIZE)


def test_an_unknown_position_cannot_be_closed(projector):
    with pytest.raises(LedgerConflict, match="unknown"):
        _close(projector)


def test_unknown_modes_and_reasons_are_refused(projector):
    with pytest.raises(LedgerError, match="slot mode"):
        _open(projector, slot_mode="magic")
    _open(projector)
    with pytest.raises(LedgerError, match="close reason"):
        _close(projector, reason="vanished")


@pytest.mark.plan("002-057", "002-067", "002-195")
def test_a_better_fill_than_asked_is_journaled_with_its_excess(projector):
    _open(projector)
    better = Decimal("0.10100") * SIZE
    _close(projector, exit_price=Decimal("0.10100"), exit_cost=better)
    rows = projector.batch.added[JournalRow]
    assert [row.event_type for row in rows] == ["created", "filled", "over_performance"]
    assert rows[-1].credit == Decimal("0.004")
    assert '"excess":"0.004"' in rows[-1].details


def test_a_fill_at_the_asked_price_earns_no_credit(projector):
    _open(projector)
    _close(projector)
    assert [row.event_type for row in projector.batch.added[JournalRow]] == ["created", "filled"]


@pytest.mark.parametrize("reason", ["written_off", "soft_closed", "cancelled"])
def test_any_other_close_is_journaled_under_its_own_name(projector, reason):
    _open(projector)
    _close(projector, reason=reason, net=Decimal("-0.5"))
    row = projector.batch.added[JournalRow][-1]
    assert row.event_type == reason
    assert '"realized_loss":"0.5"' in row.details


@pytest.mark.plan("002-020")
def test_each_live_exit_has_one_open_position_that_names_it(opened):
    ledger = opened()
    for at, entries in story_until_exits_rest(2):
        ledger.commit(at, entries)
    ledger.project()
    found = (
        ledger.cursor()
        .execute(
            "select p.position_id, p.exit_order_id = o.client_order_id from positions as p "
            "join orders as o using (slot_id, leg, cycle) where o.role = 'exit'"
            " and o.ended_at is null and p.status = 'open' order by 1"
        )
        .fetchall()
    )
    assert found == [("s0-B-c1", True), ("s1-B-c1", True)]


@pytest.mark.plan("002-021", "002-041", "002-047")
def test_the_schema_itself_refuses_a_half_closed_or_reopened_position(filled):
    cursor = filled.cursor()
    with pytest.raises(duckdb.ConstraintException):
        cursor.execute("update positions set status = 'open' where position_id = 's0-B-c1'")
    with pytest.raises(duckdb.ConstraintException):
        cursor.execute("update positions set net_profit = null where position_id = 's0-B-c1'")
    with pytest.raises(duckdb.ConstraintException):
        cursor.execute("update position_journal set credit = -1")


def test_a_position_that_was_closed_before_a_restart_stays_closed(filled, opened):
    filled.close()
    again = opened()
    with pytest.raises(LedgerConflict, match="closed already"):
        again.commit(1, [_events(PositionClosed)[0]])


def _credit(cursor, count, amount):
    for number in range(count):
        cursor.execute(
            "insert into position_journal values (?, 1, 1, 's1-B-c1', 1, 'churner_profit', '{}',"
            " ?, 0)",
            [10_000 + number, Decimal(amount)],
        )


@pytest.mark.plan("002-021", "002-038", "002-047", "002-190")
def test_a_subsidy_is_summed_from_the_journal(filled):
    cursor = filled.cursor()
    assert subsidy_balance(cursor, 1) == 0
    _credit(cursor, 60, "0.01")
    cursor.execute(
        "insert into position_journal values (20000, 0, 1, 's1-B-c1', 1, 'repriced', '{}', 0, 0.02)"
    )
    assert subsidy_balance(cursor, 1) == Decimal("0.58")
    assert subsidy_balance(cursor, 0) == 0


@pytest.mark.plan("002-134", "002-139")
def test_window_and_watermark_together_are_all_rows(filled):
    cursor = filled.cursor()
    _credit(cursor, 60, "0.01")
    window = journal_window(cursor, 50)
    assert len(window.rows) == 50
    assert window.watermarks[1].earned == Decimal("0.10")
    earned = sum(row.credit for row in window.rows) + window.watermarks[1].earned
    assert earned == subsidy_balance(cursor, 1) == Decimal("0.60")
    with pytest.raises(LedgerError, match="50 rows or more"):
        journal_window(cursor, 49)


def test_a_subsidy_below_zero_is_corruption_and_raises(filled):
    cursor = filled.cursor()
    cursor.execute("update position_journal set debit = 1 where slot_id = 0")
    with pytest.raises(LedgerCorrupt, match="slot 0 consumed"):
        subsidy_balance(cursor, 0)


@pytest.mark.plan("002-036", "002-037", "002-039")
def test_positions_can_be_listed_of_all_slots_or_of_one(opened):
    ledger = opened()
    for at, entries in story_until_exits_rest(3):
        ledger.commit(at, entries)
    ledger.project()
    cursor = ledger.cursor()
    assert [row.slot_id for row in open_positions(cursor)] == [0, 1, 2]
    assert [row.position_id for row in open_positions(cursor, 1)] == ["s1-B-c1"]
    assert [row.position_id for row in position_history(cursor, 2)] == ["s2-B-c1"]
    assert len(position_history(cursor, limit=2)) == 2


@pytest.mark.plan("002-001", "002-189")
def test_the_journal_only_ever_grows_at_its_end(opened):
    ledger, seen = opened(), []
    for at, entries in story(2, 3):
        ledger.commit(at, entries)
        ledger.project()
        rows = ledger.cursor().execute("from position_journal order by seq, ordinal").fetchall()
        assert rows[: len(seen)] == seen
        seen = rows
    assert len(seen) == 12
    assert JournalRow.CHANGING == ()

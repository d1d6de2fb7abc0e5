"""Answer questions about positions from their journal, through any cursor of the ledger.

Rules: nothing is kept that could disagree with the rows; a window is the newest rows and, for each
slot, what all older rows earned and consumed, so window and watermark together are all rows. A
balance below zero can only be corruption and raises.
"""

from decimal import Decimal
from typing import Any

import duckdb
import msgspec

from holdfast.domain.errors import LedgerCorrupt, LedgerError
from holdfast.domain.money import ZERO
from holdfast.ledger import writer
from holdfast.ledger.rows import JournalRow, PositionRow

SMALLEST_WINDOW = 50

_COLUMNS = ", ".join(JournalRow.__struct_fields__)
_SUBSIDY = """
select coalesce(sum(credit), 0), coalesce(sum(debit), 0)
from position_journal where slot_id = $1
"""
_WINDOW = f"select {_COLUMNS} from position_journal order by seq desc, ordinal desc limit $1"
_OLDER = """
with older as (
    select * from position_journal order by seq desc, ordinal desc offset $1
)
select slot_id, sum(credit), sum(debit) from older group by slot_id order by slot_id
"""
_OF_SLOT = f"""
select {_COLUMNS} from position_journal
where $1 is null or slot_id = $1
order by seq desc, ordinal desc limit $2
"""


class Watermark(msgspec.Struct, frozen=True):
    """What rows older than the window earned and consumed in one slot."""

    earned: Decimal = ZERO
    consumed: Decimal = ZERO


class Window(msgspec.Struct, frozen=True):
    """The newest journal rows, newest first, and the watermark of each slot."""

    rows: list[JournalRow]
    watermarks: dict[int, Watermark]


def open_positions(cursor: duckdb.DuckDBPyConnection, slot: int | None = None) -> list[PositionRow]:
    """List open positions, oldest first, of all slots or of one."""
    found: list[PositionRow] = list(
        writer.read(cursor, PositionRow, "status = 'open' order by opened_seq")
    )
    return [row for row in found if slot is None or row.slot_id == slot]


def position_history(
    cursor: duckdb.DuckDBPyConnection, slot: int | None = None, limit: int = 50
) -> list[JournalRow]:
    """List journal rows, newest first."""
    return _rows(cursor, _OF_SLOT, [slot, limit])


def subsidy_balance(cursor: duckdb.DuckDBPyConnection, slot: int) -> Decimal:
    """Sum credits less debits of a slot; raise LedgerCorrupt where that is below zero."""
    ((earned, consumed),) = cursor.execute(_SUBSIDY, [slot]).fetchall()
    balance: Decimal = earned - consumed
    if balance < 0:
        raise LedgerCorrupt(f"slot {slot} consumed {consumed} of subsidy and earned {earned}")
    return balance


def journal_window(cursor: duckdb.DuckDBPyConnection, limit: int) -> Window:
    """Return the newest rows and what everything older adds up to."""
    if limit < SMALLEST_WINDOW:
        raise LedgerError(f"a journal window holds {SMALLEST_WINDOW} rows or more, not {limit}")
    older = cursor.execute(_OLDER, [limit]).fetchall()
    marks = {slot: Watermark(earned, consumed) for slot, earned, consumed in older}
    return Window(_rows(cursor, _WINDOW, [limit]), marks)


def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, values: list[Any]) -> list[JournalRow]:
    names = JournalRow.__struct_fields__
    found = cursor.execute(sql, values).fetchall()
    return [JournalRow(**dict(zip(names, row, strict=True))) for row in found]

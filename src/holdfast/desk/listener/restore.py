"""Read back from a ledger file which signals ever came, and go on with those that have not ended.

It reads projections, so they must be brought up first (`DuckDbLedger.project`).
"""

import duckdb
import msgspec

from holdfast.desk.control.verb_parameters import BadPayload
from holdfast.desk.listener.book import REJECTED, SignalBook
from holdfast.domain.bookkeeping import SignalNoted
from holdfast.telemetry import log

_SIGNALS = """
select source, signal_id, payload_sha, kind, state, asked from signals order by received_seq
"""


def restore_book(cursor: duckdb.DuckDBPyConnection) -> SignalBook:
    """Fill a book; a pending signal this build does not understand is known and never acted on."""
    book = SignalBook()
    for source, signal_id, sha, kind, state, asked in cursor.execute(_SIGNALS).fetchall():
        note = SignalNoted(
            source=source, signal_id=signal_id, payload_sha=sha, kind=kind, state=state
        )
        try:
            book.remember(note, asked)
        except (BadPayload, msgspec.MsgspecError):
            log.warning(f"signal {source}/{signal_id} is not understood by this build")
            book.remember(msgspec.structs.replace(note, state=REJECTED), asked)
    return book

"""Recall from the ledger what a desk on an exchange goes on from after a start."""

import duckdb

from holdfast.config.profile import Profile
from holdfast.desk.exchange.booked import LOOK_BACK, Booked, flow_in
from holdfast.domain.bookkeeping import KeyNoted
from holdfast.engine.books import Books
from holdfast.ledger.codec import decode
from holdfast.ledger.store import DuckDbLedger
from holdfast.venue.ccxt_venue import CcxtVenue
from holdfast.venue.port import Resumed

RESUME_BACK = LOOK_BACK // 12
BOOKED_BACK = 24 * LOOK_BACK
FILLS = "select market_time, fill_id from fills where market_time >= $1"
TOLD = """
select fill_id from fills where market_time >= $1 or client_order_id in (
    select client_order_id from orders where ended_at is null
)
"""
LAST_KEY = """
select type, version, payload from event where type = 'KeyNoted' and payload like '%"purpose":"trade"%'
order by seq desc limit 1
"""
FLOWS = """
select json_extract_string(payload, '$.reason') from event
where type = 'BalanceOpened' and json_extract_string(payload, '$.reason') like 'flow %'
"""
OPENED = "select min(market_time) from event where type = 'BalanceOpened'"
ENDED = """
select slot_id, side from orders where client_order_id = $1 and ended_at is not null
"""


def booked_before(cursor: duckdb.DuckDBPyConnection, now: int) -> Booked:
    """Recall the executions of the last day, and every movement that was booked."""
    rows = cursor.execute(FILLS, [now - BOOKED_BACK]).fetchall()
    flows = [flow_in(reason) for (reason,) in cursor.execute(FLOWS).fetchall()]
    return Booked(((int(at), str(name)) for at, name in rows), flows)


def resume_venue(venue: CcxtVenue, books: Books, cursor: duckdb.DuckDBPyConnection) -> None:
    """Tell the venue what the ledger knows: executions told, and the orders that left.

    The agreement that follows looks back farther; what a poll is told starts shortly before the end.
    """
    since = max(0, books.market_time - LOOK_BACK)
    told = [name for (name,) in cursor.execute(TOLD, [since]).fetchall()]
    left = books.orders.keys() - (books.unanswered - books.submissions.keys())
    orders = []
    for slot in books.slots.values():
        live = [slot.a.order, slot.b.order, *(one.order for one in slot.recoveries)]
        orders += [
            Resumed(order.client_order_id, "", order.filled)
            for order in live
            if order is not None and order.client_order_id in left
        ]
    venue.resume(max(0, books.market_time - RESUME_BACK), told, orders)


def flows_since(
    profile: Profile, venue: CcxtVenue, cursor: duckdb.DuckDBPyConnection
) -> int | None:
    """Say from when on movements of the account are ours to book: the ledger began with the rest."""
    if not profile.settings.flow_detection_enabled:
        return None
    row = cursor.execute(OPENED).fetchone()
    return int(row[0]) if row and row[0] is not None else venue.wall()


def ended_order(ledger: DuckDbLedger, client_order_id: str) -> tuple[int, str] | None:
    """Name slot and side of an order of ours that is over; None where there is none."""
    ledger.project()
    cursor = ledger.cursor()
    try:
        row = cursor.execute(ENDED, [client_order_id]).fetchone()
    finally:
        cursor.close()
    return None if row is None else (int(row[0]), str(row[1]))


def last_of_key(cursor: duckdb.DuckDBPyConnection) -> KeyNoted | None:
    """Recall what was noted last of the key that trades."""
    row = cursor.execute(LAST_KEY).fetchone()
    return None if row is None else decode(*row)

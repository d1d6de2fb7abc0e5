"""Read back from a ledger file what the risk policy asks about the past, and the rows of principals.

It reads projections, so they must be brought up first (`DuckDbLedger.project`). The peak of equity is
that of the closes of candles, moved by what came or went since, as a running desk moves it.
"""

from decimal import Decimal

import duckdb

from holdfast.desk.status.tally_restore import plain
from holdfast.domain.bookkeeping import PolicyNoted
from holdfast.domain.events import BalanceOpened
from holdfast.domain.market import DAY, MINUTE
from holdfast.domain.money import ZERO
from holdfast.safety.policies import PolicyBook
from holdfast.safety.risk_memory import RiskMemory

_LOSSES = """
select coalesce(sum(greatest(-net, 0)), 0),
       coalesce(sum(case when market_time >= $1 then greatest(-net, 0) else 0 end), 0)
from cycles
"""
_ENTRIES = (
    "select placed_at from orders where role = 'entry' and placed_at >= $1 order by placed_at"
)
_FLOWS = """
select market_time, asset, sum(-amount) from entries where account = 'external'
group by market_time, asset order by market_time
"""
_PEAKS = """
with times as (select distinct market_time from entries where account = 'external')
select (select count(*) from times where market_time <= opened_at) as flows,
       max(equity), arg_max(close, opened_at)
from equity group by flows order by flows
"""
_POLICIES = (
    "select principal, field, value, ended_seq is null from policies order by set_seq, field"
)


def restore_memory(memory: RiskMemory, cursor: duckdb.DuckDBPyConnection, now: int) -> None:
    """Fill an empty memory with losses, entries and the peak of a ledger, as of a market time."""
    day = now // DAY * DAY
    losses = cursor.execute(_LOSSES, [day]).fetchone() or (ZERO, ZERO)
    placed = [at for (at,) in cursor.execute(_ENTRIES, [min(day, now - MINUTE)]).fetchall()]
    memory.begin(
        now,
        total_loss=plain(losses[0]),
        day_loss=plain(losses[1]),
        entries=placed,
    )
    _climb(memory, cursor)


def _climb(memory: RiskMemory, cursor: duckdb.DuckDBPyConnection) -> None:
    flows: dict[int, list[BalanceOpened]] = {}
    for at, asset, amount in cursor.execute(_FLOWS).fetchall():
        flow = BalanceOpened(asset=asset, amount=plain(amount), reason="")
        flows.setdefault(at, []).append(flow)
    peaks = {count: (high, close) for count, high, close in cursor.execute(_PEAKS).fetchall()}
    for number, at in enumerate(flows, 1):
        for flow in flows[at]:
            memory.apply(at, flow)
        if number in peaks:
            high, close = peaks[number]
            memory.see(Decimal(str(high)), plain(close))


def restore_policies(cursor: duckdb.DuckDBPyConnection) -> PolicyBook:
    """Fill a book with every limit that stands; a principal without any left keeps its empty row."""
    book = PolicyBook()
    for principal, field, value, stands in cursor.execute(_POLICIES).fetchall():
        changes = {field: ("", value if stands else "")}
        book.apply(PolicyNoted(principal=principal, changes=changes, reason=""))
    return book

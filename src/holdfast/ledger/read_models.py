"""Name the tables readers get, and how each is read from the ledger.

Rules: a growing table is cut to its newest rows; what still rests or is still open comes first. The
probe of a table is a cheap question whose answer changes whenever the table does.
"""

from typing import NamedTuple

NEWEST = 20_000


class ReadModel(NamedTuple):
    """One published table."""

    name: str
    select: str
    probe: str


def _newest(name: str, order: str) -> ReadModel:
    return ReadModel(
        name,
        f"select * from {name} order by {order} limit {NEWEST}",
        f"select count(*), max({order.split()[-2]}) from {name}",
    )


def _whole(name: str, source: str, probed: str) -> ReadModel:
    return ReadModel(name, f"select * from {source}", probed)


_BOOKED = "select count(*), max(seq) from cycles"
_TRADED = "select max(seq), (select max(seq) from cycles) from fills"

_STEPPED = "select count(*), max(seq) from intent_events"
_WAYS = f"""
select
    o.client_order_id, o.slot_id, o.leg, o.role, o.side, o.price, o.size, o.filled,
    arg_max(e.after, (e.seq, e.ordinal)) as state,
    arg_max(e.evidence, (e.seq, e.ordinal)) as evidence,
    max(e.market_time) as since,
    count(*) - 1 as steps
from orders as o inner join intent_events as e using (client_order_id)
where o.ended_at is null
group by all
order by since, o.client_order_id
limit {NEWEST}
"""

READ_MODELS: tuple[ReadModel, ...] = (
    _whole("slots", "slots order by slot_id", "select count(*), max(updated_seq) from slots"),
    _newest("orders", "ended_at is not null, updated_seq desc"),
    ReadModel(
        "intents",
        f"select * from intents order by seq desc limit {NEWEST}",
        "select count(*), max(seq), max(answered_at), "
        "count(*) filter (where status in ('created', 'unknown')), "
        "count(*) filter (where status = 'done') from intents",
    ),
    ReadModel("live_intents", _WAYS, _STEPPED),
    ReadModel(
        "intent_events",
        f"select * from intent_events order by seq desc, ordinal desc limit {NEWEST}",
        _STEPPED,
    ),
    ReadModel(
        "submissions",
        f"select * from submissions order by seq desc, client_order_id limit {NEWEST}",
        "select count(*), max(seq) from submissions",
    ),
    _newest("fills", "seq desc"),
    _newest("cycles", "seq desc"),
    _newest("positions", "status = 'closed', updated_seq desc"),
    _newest("position_journal", "ordinal, seq desc"),
    _whole("accounts", "accounts order by account, asset", "select max(seq) from entries"),
    ReadModel(
        "entries",
        f"select * from entries order by seq desc, account, asset limit {NEWEST}",
        "select count(*), max(seq) from entries",
    ),
    _newest("candles", "opened_at desc"),
    ReadModel(
        "equity",
        f"select * from equity order by opened_at desc limit {NEWEST}",
        "select count(*), max(opened_at), (select max(seq) from entries) from candles",
    ),
    _whole("profit", "profit", _BOOKED),
    _whole("slot_totals", "slot_totals order by slot_id", _BOOKED),
    _whole("daily", "daily order by day", _TRADED),
    _whole("subsidy", "subsidy order by slot_id", "select max(seq) from position_journal"),
    _whole(
        "holds",
        f"holds order by set_seq desc limit {NEWEST}",
        "select count(*), max(set_seq), max(cleared_seq) from holds",
    ),
    _whole(
        "sessions",
        f"sessions order by started_seq desc limit {NEWEST}",
        "select count(*), max(started_seq), max(stopped_at) from sessions",
    ),
    _whole(
        "alerts",
        f"alerts order by ended_seq is not null, began_seq desc limit {NEWEST}",
        "select count(*), max(began_seq), max(ended_seq) from alerts",
    ),
    _newest("modes", "seq desc"),
    _newest("simulated", "seq desc"),
    _newest("reconciliations", "seq desc"),
    _newest("ticks", "seq desc"),
    _newest("commands", "seq desc"),
    _newest("rules", "seq desc"),
    ReadModel(
        "signals",
        f"select * from signals order by received_seq desc limit {NEWEST}",
        "select count(*), max(updated_seq) from signals",
    ),
    _newest("risk_refusals", "seq desc"),
    _whole(
        "policies",
        f"policies order by set_seq desc, field limit {NEWEST}",
        "select count(*), max(set_seq), max(ended_seq) from policies",
    ),
    _newest("evidence", "seq desc"),
    _newest("regime_tiers", "seq desc"),
    _newest("gate_shadows", "seq desc"),
)

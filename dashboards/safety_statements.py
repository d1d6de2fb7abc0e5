"""Hold the SQL about orders on their way, comparisons, modes, refusals, alerts and evidence.

Times are microseconds UTC. `$now` is the market time of the figures, never the clock of this machine.
"""

LIVE_INTENTS = """
select
    client_order_id, slot_id as slot, leg, role, side, cast(price as double) as price,
    cast(size as double) as size, cast(filled as double) as filled, state, evidence, since, steps
from live_intents
order by since, client_order_id
"""

ENDED_INTENTS = """
select after as state, count(*) as orders
from intent_events
where
    after in (
        'filled', 'canceled', 'canceled_partial', 'expired', 'expired_partial', 'rejected',
        'not_placed', 'aborted'
    )
    and market_time > $since
group by after
order by orders desc, state
"""

ILLEGAL_STEPS = """
select market_time as at, client_order_id, before, after, evidence
from intent_events
where not legal
order by seq desc, ordinal desc
limit $limit
"""

REQUESTS = """
select action, count(*) as orders, count(distinct seq) as requests, max(market_time) as last
from submissions
where market_time > $since
group by action
order by action
"""

SIMULATED = """
select seq, market_time as at, slot_id as slot, leg, role, side, price, size
from simulated
order by seq desc
limit $limit
"""

RECONCILIATIONS = """
select
    seq, market_time as at, result, filled, ended, adopted, resent, unresolved, calls,
    foreign_orders, gaps
from reconciliations
order by seq desc
limit $limit
"""

MODES = """
select seq, market_time as at, before, after, cause, epoch
from modes
order by seq desc
limit $limit
"""

HOLDS = """
select name, reason, set_seq, set_at, cleared_seq, cleared_at
from holds
order by cleared_seq is not null, set_seq desc
limit $limit
"""

REFUSALS = """
select
    code, count(*) as refused, max(market_time) as last,
    arg_max(allowed, seq) as allowed, arg_max(observed, seq) as observed,
    arg_max(slot_id, seq) as slot, arg_max(leg, seq) as leg
from risk_refusals
where market_time > $since
group by code
order by refused desc, code
"""

POLICIES = """
select principal, field, value, reason, approver, set_at
from policies
where ended_seq is null
order by principal, field
limit $limit
"""

SIGNALS = """
select source, signal_id, kind, asked, state, detail, received_at
from signals
order by received_seq desc
limit $limit
"""

ALERTS = """
select name, severity, detail, market_time as at, began_at, ended_at, ended_seq
from alerts
order by ended_seq is not null, began_seq desc
limit $limit
"""

EVIDENCE = """
select seq, market_time as at, kind, name, run, step, verdict, expected, observed, artefact_sha
from evidence
order by seq desc
limit $limit
"""

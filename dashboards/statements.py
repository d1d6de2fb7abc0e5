"""Hold the SQL of the dashboard, one constant a question.

Times are microseconds UTC. Amounts people may add up come back as exact text; plots take doubles.
"""

CANDLES = """
select
    opened_at // $width * $width as at,
    cast(arg_min(open, opened_at) as double) as open,
    cast(max(high) as double) as high,
    cast(min(low) as double) as low,
    cast(arg_max(close, opened_at) as double) as close,
    cast(sum(volume) as double) as volume
from candles
where opened_at >= $since
group by opened_at // $width
order by opened_at // $width
"""

SPAN = "select min(opened_at) as first, max(opened_at) as last from candles"

FILLS = """
select
    seq, market_time as at, slot_id as slot, leg, side, role, cycle,
    cast(price as double) as price, cast(size as double) as size, cast(cost as double) as cost,
    cast(fee as double) as fee, liquidity, client_order_id
from fills
where market_time >= $since
order by seq desc
limit $limit
"""

CYCLES = """
select
    seq, market_time as at, slot_id as slot, leg, cycle, cast(size as double) as size,
    cast(entry_price as double) as entry_price, cast(exit_price as double) as exit_price,
    cast(gross as double) as gross, cast(entry_fee + exit_fee as double) as fees,
    cast(net as double) as net, entry_time, reason
from cycles
order by seq desc
limit $limit
"""

TODAY = """
select
    count(*) as cycles,
    cast(coalesce(sum(net), 0) as varchar) as net
from cycles
where market_time // 86400000000 = $now // 86400000000
"""

TODAY_FEES = """
select cast(coalesce(sum(fee), 0) as varchar) as fees
from fills
where market_time // 86400000000 = $now // 86400000000
"""

TOTALS = """
select
    cast(sum(net_profit) as varchar) as net,
    cast(sum(fees) as varchar) as fees,
    sum(round_trips) as cycles
from slots
"""

EQUITY = """
select
    max(opened_at) as at,
    cast(arg_max(equity, opened_at) as double) as equity,
    cast(arg_max(hodl, opened_at) as double) as hodl
from equity
group by opened_at // $width
order by opened_at // $width
"""

SLOT_STATES = "select slot_id as slot, state from slots order by slot_id"

SLOT_EVENTS = """
with newest as (
    select seq, market_time as at, type, payload
    from event
    where
        stream not like 'ops/%'
        and contains(payload, $needle)
        and try_cast(payload ->> '$.slot' as bigint) = $slot
    order by seq desc
    limit $limit
)
select * from newest order by seq
"""

EVENTS = """
select
    seq, market_time as at, stream, type,
    try_cast(payload ->> '$.slot' as bigint) as slot,
    payload
from event
where
    ($stream = '' or stream = $stream)
    and ($type = '' or type = $type)
    and ($slot < 0 or try_cast(payload ->> '$.slot' as bigint) = $slot)
    and ($text = '' or contains(lower(payload), lower($text)))
order by seq desc
limit $limit
offset $offset
"""

EVENT_KINDS = "select stream, type, count(*) as count from event group by all order by stream, type"

ACCOUNTS = """
select account, asset, cast(balance as varchar) as balance
from accounts
order by account, asset
"""

SUMS = """
select asset, cast(sum(balance) as varchar) as total, sum(balance) = 0 as zero
from accounts
group by asset
order by asset
"""

DAILY = """
select
    cast(day as varchar) as day, cycles, cast(net as double) as net,
    cast(fees as double) as fees, fills
from daily
order by day desc
"""

DAYS = """
with
    booked as (
        select
            market_time // 86400000000 as number,
            count(*) as cycles,
            sum(net) as net,
            sum(entry_fee + exit_fee) as fees
        from cycles
        group by all
    ),
    traded as (
        select market_time // 86400000000 as number, count(*) as fills from fills group by all
    )
select
    cast(cast(make_timestamp(number * 86400000000) as date) as varchar) as day,
    coalesce(cycles, 0) as cycles,
    cast(coalesce(net, 0) as double) as net,
    cast(coalesce(fees, 0) as double) as fees,
    coalesce(fills, 0) as fills
from booked full outer join traded using (number)
order by day desc
"""

VIEWS = """
select table_name as name, string_agg(column_name, ', ' order by ordinal_position) as columns
from information_schema.columns
where table_schema = 'main'
group by table_name
order by table_name
"""

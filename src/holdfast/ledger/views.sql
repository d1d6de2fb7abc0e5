-- What people ask of the ledger, always summed from its rows and kept nowhere.
create or replace view accounts as
select account, asset, sum(amount) as balance, count(*) as movements, max(seq) as last_seq
from entries
group by account, asset;

create or replace view account_sums as
select asset, sum(amount) as total
from entries
group by asset;

create or replace view profit as
select
    coalesce(sum(net), 0) as net,
    coalesce(sum(gross), 0) as gross,
    coalesce(sum(entry_fee + exit_fee), 0) as fees,
    count(*) as cycles
from cycles;

create or replace view slot_totals as
select
    slot_id,
    count(*) as cycles,
    sum(net) as net,
    sum(gross) as gross,
    sum(entry_fee + exit_fee) as fees,
    sum(greatest(-net, 0)) as realized_loss,
    max(market_time) as last_cycle_at
from cycles
group by slot_id;

create or replace view daily as
with
    booked as (
        select
            market_time // 86400000000 as day_number,
            count(*) as cycles,
            sum(net) as net,
            sum(gross) as gross,
            sum(entry_fee + exit_fee) as fees
        from cycles
        group by market_time // 86400000000
    ),
    traded as (
        select
            market_time // 86400000000 as day_number,
            count(*) as fills,
            sum(cost) as turnover,
            sum(fee) as fees_paid
        from fills
        group by market_time // 86400000000
    )
select
    cast(make_timestamp(day_number * 86400000000) as date) as day,
    coalesce(cycles, 0) as cycles,
    coalesce(net, 0) as net,
    coalesce(gross, 0) as gross,
    coalesce(fees, 0) as fees,
    coalesce(fills, 0) as fills,
    coalesce(turnover, 0) as turnover,
    coalesce(fees_paid, 0) as fees_paid
from booked
full outer join traded using (day_number);

create or replace view subsidy as
select
    slot_id,
    sum(credit) as earned,
    sum(debit) as consumed,
    sum(credit) - sum(debit) as balance
from position_journal
where credit <> 0 or debit <> 0
group by slot_id;

-- For plots only: the products are doubles, because two DECIMAL(38,18) cannot be multiplied.
create or replace view equity as
with
    moved as (
        select
            market_time,
            asset,
            sum(case when account = 'external' then 0 else amount end) as owned,
            sum(case when account = 'external' then -amount else 0 end) as funded
        from entries
        where account in ('venue:free', 'venue:held', 'external')
        group by market_time, asset
    ),
    running as (
        select
            market_time,
            asset,
            sum(owned) over (partition by asset order by market_time) as owned,
            sum(funded) over (partition by asset order by market_time) as funded
        from moved
    ),
    closes as (
        select
            opened_at,
            close,
            lead(opened_at, 1, 9223372036854775807) over (order by opened_at) as next_at
        from candles
    ),
    priced as (
        select
            c.opened_at,
            c.close,
            coalesce(b.owned, 0) as base,
            coalesce(q.owned, 0) as quote,
            coalesce(b.funded, 0) as base_funded,
            coalesce(q.funded, 0) as quote_funded
        from closes as c
        asof left join (
            select r.* from running as r, assets as s where r.asset = s.base
        ) as b on c.next_at > b.market_time
        asof left join (
            select r.* from running as r, assets as s where r.asset = s.quote
        ) as q on c.next_at > q.market_time
    )
select
    opened_at,
    close,
    base,
    quote,
    cast(base as double) * cast(close as double) + cast(quote as double) as equity,
    cast(base_funded as double) * cast(close as double) + cast(quote_funded as double) as hodl
from priced;

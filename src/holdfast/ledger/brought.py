"""Name what slots had earned before this ledger began: totals that no cycle in it adds up to."""

BROUGHT = """
select
    cast(json_extract_string(payload, '$.slot') as bigint) as slot_id,
    cast(json_extract_string(payload, '$.saved.net_profit') as decimal(38, 18)) as net,
    cast(json_extract_string(payload, '$.saved.settled') as decimal(38, 18)) as settled,
    cast(json_extract_string(payload, '$.saved.round_trips') as bigint) as round_trips
from event where type = 'SlotImported'
"""

"""Compare the tables of a ledger with the same tables folded again, and its totals with their rows.

Tables are compared whole, in both directions; at most a few rows a table are shown in full. Where a
table that fits in memory is the same row for row, nothing more is asked.
"""

from decimal import Decimal

import duckdb

from holdfast.ledger.brought import BROUGHT
from holdfast.ledger.finding import Finding
from holdfast.ledger.kinds import KINDS
from holdfast.ledger.row import Row

SHOWN = 5
FITS = 100_000

_TOTALS = f"""
with
    brought as ({BROUGHT}),
    told as (
        select
            s.slot_id, s.updated_seq, s.net_profit, s.round_trips,
            coalesce(t.net, 0) + coalesce(b.net, 0) as net,
            coalesce(t.cycles, 0) + coalesce(b.round_trips, 0) as cycles
        from slots as s
        left join slot_totals as t using (slot_id)
        left join brought as b using (slot_id)
    )
select * from told where net_profit <> net or round_trips <> cycles order by slot_id
"""
_UNBALANCED = "select asset, total from account_sums where total <> 0 order by asset"
_REPEATED = """
select slot_id, leg, cycle, max(seq) from cycles
group by slot_id, leg, cycle having count(*) > 1 order by slot_id
"""


def compare_tables(
    ledger: duckdb.DuckDBPyConnection, folded: duckdb.DuckDBPyConnection
) -> list[Finding]:
    """List the rows that one side has and the other has not."""
    findings: list[Finding] = []
    for kind in KINDS:
        names = ", ".join(kind.__struct_fields__)
        kept = ledger.sql(f"select {names} from {kind.TABLE}").to_arrow_table()
        if kept.num_rows <= FITS and kept.equals(
            folded.sql(f"select {names} from {kind.TABLE} limit {FITS + 1}").to_arrow_table()
        ):
            continue
        folded.register("kept", kept)
        try:
            findings += _differences(folded, kind, names)
        finally:
            folded.unregister("kept")
    return findings


def compare_totals(ledger: duckdb.DuckDBPyConnection) -> list[Finding]:
    """List totals that their own rows do not add up to."""
    findings = []
    for slot, seq, net, trips, row_net, row_trips in ledger.execute(_TOTALS).fetchall():
        text = (
            f"slot {slot} says {_plain(net)} from {trips} cycles, its cycles say "
            f"{_plain(row_net)} from {row_trips}"
        )
        findings.append(Finding(seq=seq, where="slots", what=text))
    for asset, total in ledger.execute(_UNBALANCED).fetchall():
        text = f"the entries of {asset} sum to {_plain(total)}, and must sum to 0"
        findings.append(Finding(where="entries", what=text))
    for slot, leg, cycle, seq in ledger.execute(_REPEATED).fetchall():
        text = f"cycle {cycle} of slot {slot} leg {leg} was booked more than once"
        findings.append(Finding(seq=seq, where="cycles", what=text))
    return findings


def _differences(folded: duckdb.DuckDBPyConnection, kind: type[Row], names: str) -> list[Finding]:
    pairs = (
        ("the events say", f"select {names} from {kind.TABLE}", "select * from kept"),
        ("the table says", "select * from kept", f"select {names} from {kind.TABLE}"),
    )
    findings = []
    for who, one, other in pairs:
        sql = f"select * from ({one} except all {other}) order by all limit {SHOWN}"
        for values in folded.execute(sql).fetchall():
            row = dict(zip(kind.__struct_fields__, values, strict=True))
            findings.append(_finding(kind, who, row))
    return findings


def _finding(kind: type[Row], who: str, row: dict[str, object]) -> Finding:
    seq = next((row[name] for name in _SEQUENCES if name in row), None)
    shown = ", ".join(f"{name}={_plain(value)}" for name, value in row.items() if name != "state")
    return Finding(
        seq=seq if isinstance(seq, int) else None,
        where=kind.TABLE,
        what=f"{who} {shown}",
    )


def _plain(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


_SEQUENCES = ("seq", "updated_seq", "set_seq", "started_seq", "began_seq")

"""Hold a whole ledger against a whole exchange while no desk runs.

It happens in a process of its own on a copy of the ledger's files, so that the auditor neither opens a
database in the process that forks lives nor mends what the next life has to mend.
"""

import json
import os
import shutil
import tempfile
import traceback
from collections import Counter
from decimal import Decimal
from pathlib import Path

from crash.matrix.told import ASSETS

from holdfast.clock import FixedClock
from holdfast.engine.parts import order_of
from holdfast.ledger.store import DuckDbLedger
from holdfast.ledger.verify import verify

_FILLS = """
select json_extract_string(payload, '$.fill_id') from event where type in ('OrderFilled', 'LateFilled')
"""
_ANOMALIES = "select payload from event where type = 'AnomalyNoted' order by seq"
NEVER = frozenset({"rests_after_end", "late_fill", "unknown_order"})  # proofs that were none
_COUNTS = {
    "illegal": "select count(*) from intent_events where not legal",
    "unknown": "select count(*) from intent_events where after = 'unknown'",
    "proofs": "select count(*) from event where type = 'IntentResolved'",
    "orders": "select count(*) from orders",
    "cycles": "select count(*) from cycles",
    "events": "select count(*) from event",
    "anomalies": "select count(*) from event where type = 'AnomalyNoted'",
    "late": "select count(*) from event where type = 'LateFilled'",
}


def audit(site):
    """Compare; return the findings and the counts."""
    state, accepted = site.admin.state(), site.admin.audit()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        with os.fdopen(writer, "w") as out:
            try:
                json.dump(_audit(site.place.ledger, state, accepted), out)
            except BaseException:  # noqa: BLE001 (the parent reads it)
                json.dump(
                    {"findings": [traceback.format_exc()], "counts": {}, "anomalies": []}, out
                )
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        report = json.load(told)
    os.waitpid(pid, 0)
    return report


def _audit(path: Path, state, accepted):
    with tempfile.TemporaryDirectory(dir=path.parent.parent) as folder:
        copy = Path(folder) / path.name
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, folder)
        clock = FixedClock(state["now_us"])
        ledger = DuckDbLedger.open(copy, clock=clock, base="DOGE", quote="USD")
        try:
            findings = [*_books(ledger.restore(), state), *_fills(ledger, state)]
            counts = {name: _one(ledger, sql) for name, sql in _COUNTS.items()}
            anomalies = _anomalies(ledger)
        finally:
            ledger.close()
        findings += [str(one) for one in verify(copy).findings]
    if accepted["repeated"]:
        findings.append(f"orders accepted twice: {accepted['repeated']}")
    findings += [f"anomaly: {kind}: {told}" for kind, told in anomalies if kind in NEVER]
    if counts["illegal"]:
        findings.append(f"{counts['illegal']} illegal steps of intents")
    return {"findings": findings, "counts": counts, "anomalies": anomalies}


def _books(books, state):
    for theirs, ours in ASSETS.items():
        there, here = Decimal(state["balances"][theirs]["total"]), books.accounts.total(ours)
        if there != here:
            yield f"{ours}: exchange {there}, ledger {here}"
    resting = {row["cl_ord_id"]: row for row in state["open"]}
    if resting.keys() != books.orders.keys():
        yield f"open orders differ: {sorted(resting.keys() ^ books.orders.keys())}"
    for name in resting.keys() & books.orders.keys():
        order, row = order_of(books.slots[books.orders[name]], name), resting[name]
        ours = order.price, order.size, order.filled
        if ours != (Decimal(row["descr"]["price"]), Decimal(row["vol"]), Decimal(row["vol_exec"])):
            yield f"order {name}: exchange {row}, ledger {ours}"
    for slot in books.slots.values():
        yield from (f"slot {slot.slot_id}: {one}" for one in _owed(slot))
    yield from (
        f"{asset} sums to {total}" for asset, total in books.accounts.sums().items() if total
    )


def _owed(slot):
    """Name legs with a lot and no exit, and legs that have two live orders of one role."""
    for leg in (slot.a, slot.b):
        if leg.lot is not None and leg.order is None:
            yield f"leg {leg.name} has a lot and no exit"
    for one in slot.recoveries:
        if one.order is None:
            yield f"recovery {one.recovery_id} has no exit"
    live = [leg.order for leg in (slot.a, slot.b) if leg.order is not None]
    names = Counter((one.side, one.role, one.cycle) for one in live)
    yield from (f"two live orders for {name}" for name, count in names.items() if count > 1)


def _fills(ledger, state):
    cursor = ledger.cursor()
    booked = Counter(name for (name,) in cursor.execute(_FILLS).fetchall())
    cursor.close()
    traded = {row["txid"] for row in state["trades"]}
    for name, count in booked.items():
        if count > 1:
            yield f"fill {name} is booked {count} times"
    for name in sorted(traded - booked.keys()):
        yield f"trade {name} is not booked"
    for name in sorted(booked.keys() - traded):
        yield f"fill {name} never traded"


def _anomalies(ledger):
    cursor = ledger.cursor()
    rows = cursor.execute(_ANOMALIES).fetchall()
    cursor.close()
    return [[told["kind"], told["detail"]] for told in map(json.loads, (text for (text,) in rows))]


def _one(ledger, sql):
    cursor = ledger.cursor()
    try:
        return cursor.execute(sql).fetchone()[0]
    finally:
        cursor.close()

"""Fold notes about safety into rows: signals, refused orders, limits of principals.

A signal that is named twice keeps its first row; the intake never lets that come to the ledger.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from holdfast.domain.bookkeeping import PolicyNoted, RiskNoted, SignalNoted
from holdfast.ledger.batch import Batch
from holdfast.ledger.live import LiveRows
from holdfast.ledger.place import Place
from holdfast.ledger.rows_safety import PolicyRow, RiskRefusalRow, SignalRow

RECEIVED = "received"
ENDED = frozenset({"rejected", "done"})


def _signal(batch: Batch, live: LiveRows, place: Place, note: SignalNoted) -> None:
    key = note.source, note.signal_id
    row = live.signals.get(key)
    if row is None:
        if note.state == RECEIVED:
            live.signals[key] = row = _received(place, note)
            batch.add(row)
        return
    row.state, row.detail = note.state, note.detail
    row.updated_at, row.updated_seq = place.recorded_at, place.sequence
    batch.change(row)
    if note.state in ENDED:
        del live.signals[key]


def _received(place: Place, note: SignalNoted) -> SignalRow:
    return SignalRow(
        received_seq=place.sequence,
        source=note.source,
        signal_id=note.signal_id,
        payload_sha=note.payload_sha,
        kind=note.kind,
        asked=note.detail,
        state=note.state,
        received_at=place.recorded_at,
        updated_at=place.recorded_at,
        updated_seq=place.sequence,
    )


def _refused(batch: Batch, live: LiveRows, place: Place, note: RiskNoted) -> None:
    del live
    batch.add(
        RiskRefusalRow(
            seq=place.sequence,
            market_time=place.market_time,
            recorded_at=place.recorded_at,
            slot_id=note.slot,
            leg=note.leg,
            code=note.code,
            codes=",".join(note.codes),
            allowed=note.limit,
            observed=note.observed,
            policy=note.policy,
        )
    )


def _policy(batch: Batch, live: LiveRows, place: Place, note: PolicyNoted) -> None:
    for field, (_, value) in sorted(note.changes.items()):
        before = live.policies.pop((note.principal, field), None)
        if before is not None:
            before.ended_seq, before.ended_at = place.sequence, place.recorded_at
            before.ended_reason = note.reason
            batch.change(before)
        if value:
            row = PolicyRow(
                limit_id=f"{place.sequence}:{field}",
                set_seq=place.sequence,
                principal=note.principal,
                field=field,
                value=value,
                reason=note.reason,
                approver=note.approver,
                set_at=place.recorded_at,
            )
            live.policies[note.principal, field] = row
            batch.add(row)


HANDLERS: Mapping[type, Callable[[Batch, LiveRows, Place, Any], None]] = MappingProxyType(
    {SignalNoted: _signal, RiskNoted: _refused, PolicyNoted: _policy}
)

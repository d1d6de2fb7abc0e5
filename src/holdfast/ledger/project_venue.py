"""Fold what a desk notes about a real venue into rows."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from holdfast.domain.bookkeeping import (
    ModeNoted,
    Note,
    ReconcileNoted,
    SimulatedNoted,
    SubmissionNoted,
)
from holdfast.domain.events import Event
from holdfast.ledger.batch import Batch
from holdfast.ledger.live import LiveRows
from holdfast.ledger.place import Place
from holdfast.ledger.rows_venue import (
    IntentEventRow,
    ModeRow,
    ReconciliationRow,
    SimulatedRow,
    SubmissionRow,
)


def trail(batch: Batch, live: LiveRows, place: Place, entry: Event | Note) -> None:
    """Write the steps an entry leads orders through."""
    for ordinal, moved in enumerate(live.ways.take(place.market_time, entry)):
        batch.add(
            IntentEventRow(
                seq=place.sequence,
                ordinal=ordinal,
                market_time=place.market_time,
                recorded_at=place.recorded_at,
                client_order_id=moved.client_order_id,
                before=None if moved.before is None else moved.before.value,
                after=moved.after.value,
                evidence=moved.evidence,
                legal=moved.legal,
            )
        )


def _submitted(batch: Batch, live: LiveRows, place: Place, note: SubmissionNoted) -> None:
    del live
    for name in note.ids:
        batch.add(
            SubmissionRow(
                seq=place.sequence,
                market_time=place.market_time,
                recorded_at=place.recorded_at,
                client_order_id=name,
                action=note.action,
                deadline=note.deadline,
                epoch=note.epoch,
                revision=note.revision,
            )
        )


def _mode(batch: Batch, live: LiveRows, place: Place, note: ModeNoted) -> None:
    del live
    batch.add(
        ModeRow(
            seq=place.sequence,
            market_time=place.market_time,
            recorded_at=place.recorded_at,
            before=note.before,
            after=note.after,
            cause=note.cause,
            epoch=note.epoch,
        )
    )


def _simulated(batch: Batch, live: LiveRows, place: Place, note: SimulatedNoted) -> None:
    del live
    batch.add(
        SimulatedRow(
            seq=place.sequence,
            market_time=place.market_time,
            recorded_at=place.recorded_at,
            slot_id=note.slot,
            leg=note.leg,
            role=note.role,
            side=note.side,
            price=note.price,
            size=note.size,
        )
    )


def _reconciled(batch: Batch, live: LiveRows, place: Place, note: ReconcileNoted) -> None:
    del live
    batch.add(
        ReconciliationRow(
            seq=place.sequence,
            market_time=place.market_time,
            recorded_at=place.recorded_at,
            result=note.result,
            resent=note.resent,
            adopted=note.adopted,
            filled=note.filled,
            ended=note.ended,
            unresolved=note.unresolved,
            calls=note.calls,
            foreign_orders=_listed(note.foreign),
            gaps=_listed(note.gaps),
        )
    )


def _listed(texts: tuple[str, ...]) -> str:
    return msgspec.json.encode(texts).decode()


HANDLERS: Mapping[type, Callable[[Batch, LiveRows, Place, Any], None]] = MappingProxyType(
    {
        SubmissionNoted: _submitted,
        ModeNoted: _mode,
        SimulatedNoted: _simulated,
        ReconcileNoted: _reconciled,
    }
)

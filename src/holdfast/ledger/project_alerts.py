"""Fold the beginnings and ends of alerts into rows; one row an alert that stood."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from holdfast.domain.bookkeeping import AlertNoted
from holdfast.ledger.batch import Batch
from holdfast.ledger.live import LiveRows
from holdfast.ledger.place import Place
from holdfast.ledger.rows_alerts import AlertRow

BEGAN = "began"


def _alert(batch: Batch, live: LiveRows, place: Place, note: AlertNoted) -> None:
    row = live.alerts.pop(note.name, None)
    if row is not None:
        row.ended_seq, row.ended_at = place.sequence, place.recorded_at
        batch.change(row)
    if note.state == BEGAN:
        live.alerts[note.name] = AlertRow(
            began_seq=place.sequence,
            name=note.name,
            severity=note.severity,
            detail=note.detail,
            market_time=place.market_time,
            began_at=place.recorded_at,
        )
        batch.add(live.alerts[note.name])


HANDLERS: Mapping[type, Callable[[Batch, LiveRows, Place, Any], None]] = MappingProxyType(
    {AlertNoted: _alert}
)

"""Fold bookkeeping into rows: holds, sessions, ticks, commands, rules in force, evidence."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

import msgspec

from holdfast.domain.bookkeeping import (
    CommandNoted,
    EvidenceNoted,
    HoldCleared,
    HoldSet,
    SessionStarted,
    SessionStopped,
    TickNoted,
)
from holdfast.domain.events import RulesChanged
from holdfast.ledger.amounts import fits
from holdfast.ledger.batch import Batch
from holdfast.ledger.live import LiveRows
from holdfast.ledger.place import Place
from holdfast.ledger.rows import CommandRow, HoldRow, RulesRow, SessionRow, TickRow
from holdfast.ledger.rows_evidence import EvidenceRow


def _hold_set(batch: Batch, live: LiveRows, place: Place, note: HoldSet) -> None:
    _clear(batch, live, place, note.name, "set again")
    row = HoldRow(
        set_seq=place.sequence,
        name=note.name,
        reason=note.reason,
        set_at=place.recorded_at,
    )
    live.holds[note.name] = row
    batch.add(row)


def _hold_cleared(batch: Batch, live: LiveRows, place: Place, note: HoldCleared) -> None:
    _clear(batch, live, place, note.name, note.reason)


def _clear(batch: Batch, live: LiveRows, place: Place, name: str, reason: str) -> None:
    row = live.holds.pop(name, None)
    if row is not None:
        row.cleared_seq, row.cleared_at = place.sequence, place.recorded_at
        row.cleared_reason = reason
        batch.change(row)


def _started(batch: Batch, live: LiveRows, place: Place, note: SessionStarted) -> None:
    live.session = SessionRow(
        started_seq=place.sequence,
        epoch=note.epoch,
        started_at=place.recorded_at,
        pid=note.pid,
        profile=note.profile,
        version_text=note.version_text,
    )
    batch.add(live.session)


def _stopped(batch: Batch, live: LiveRows, place: Place, note: SessionStopped) -> None:
    row = live.session
    if row is not None:
        row.stopped_at, row.stop_reason = place.recorded_at, note.reason
        batch.change(row)
        live.session = None


def _tick(batch: Batch, live: LiveRows, place: Place, note: TickNoted) -> None:
    del live
    batch.add(
        TickRow(
            seq=place.sequence,
            market_time=place.market_time,
            recorded_at=place.recorded_at,
            tick=note.tick,
            mark=_amount(note.mark),
            events=note.events,
            fills=note.fills,
            orders=note.orders,
            orchestrated=note.orchestrated,
            task_run=note.task_run,
        )
    )


def _amount(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if fits(value) else None


def _command(batch: Batch, live: LiveRows, place: Place, note: CommandNoted) -> None:
    del live
    batch.add(
        CommandRow(
            seq=place.sequence,
            market_time=place.market_time,
            recorded_at=place.recorded_at,
            action=note.action,
            arguments=msgspec.json.encode(note.arguments, order="sorted").decode(),
            principal=note.principal,
            accepted=note.accepted,
            message=note.message,
        )
    )


def _rules(batch: Batch, live: LiveRows, place: Place, event: RulesChanged) -> None:
    del live
    batch.add(
        RulesRow(
            seq=place.sequence,
            market_time=place.market_time,
            digest=event.digest,
            reason=event.reason,
            changes=msgspec.json.encode(event.changes, order="sorted").decode(),
        )
    )


def _evidence(batch: Batch, live: LiveRows, place: Place, note: EvidenceNoted) -> None:
    del live
    batch.add(
        EvidenceRow(
            seq=place.sequence,
            market_time=place.market_time,
            recorded_at=place.recorded_at,
            kind=note.kind,
            name=note.name,
            run=note.run,
            step=note.step,
            verdict=note.verdict,
            expected=note.expected,
            observed=note.observed,
            artefact_sha=note.artefact_sha,
        )
    )


HANDLERS: Mapping[type, Callable[[Batch, LiveRows, Place, Any], None]] = MappingProxyType(
    {
        HoldSet: _hold_set,
        HoldCleared: _hold_cleared,
        SessionStarted: _started,
        SessionStopped: _stopped,
        TickNoted: _tick,
        CommandNoted: _command,
        RulesChanged: _rules,
        EvidenceNoted: _evidence,
    }
)

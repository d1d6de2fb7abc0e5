"""Fold what was decided about the regime into rows."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from holdfast.domain.bookkeeping import GateShadowed, TierChanged
from holdfast.ledger.batch import Batch
from holdfast.ledger.live import LiveRows
from holdfast.ledger.place import Place
from holdfast.ledger.rows_regime import ShadowRow, TierRow


def _tier(batch: Batch, live: LiveRows, place: Place, note: TierChanged) -> None:
    del live
    batch.add(
        TierRow(
            seq=place.sequence,
            market_time=place.market_time,
            recorded_at=place.recorded_at,
            before=note.before,
            tier=note.state.tier,
            side="" if note.state.side is None else note.state.side.value,
            regime=note.regime.value,
            confidence=str(note.confidence),
            bias=str(note.bias),
            reason=note.reason,
            dwell=note.dwell,
            acted=note.acted,
            model=note.model,
        )
    )


def _shadow(batch: Batch, live: LiveRows, place: Place, note: GateShadowed) -> None:
    del live
    batch.add(
        ShadowRow(
            seq=place.sequence,
            market_time=place.market_time,
            recorded_at=place.recorded_at,
            gate=note.gate,
            leg=note.leg.value,
            entries=len(note.slots),
            slots=",".join(map(str, note.slots)),
        )
    )


HANDLERS: Mapping[type, Callable[[Batch, LiveRows, Place, Any], None]] = MappingProxyType(
    {TierChanged: _tier, GateShadowed: _shadow}
)

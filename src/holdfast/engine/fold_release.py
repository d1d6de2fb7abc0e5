"""Fold the beginning and the end of a release into a slot; what closes an exit is folded elsewhere."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from holdfast.domain.errors import InvariantBroken
from holdfast.domain.events import ReleaseEnded, ReleaseStarted
from holdfast.domain.slots import LEG_A, Leg, LegName, Lot, OrderStatus, Release, Slot


def release_started(slot: Slot, event: ReleaseStarted, at: int) -> Slot:
    """Mark the lot whose exit is given up."""
    leg, lot = _owing(slot, event.leg)
    release = Release(close=event.close, reason=event.reason, asked_at=at)
    return _with(slot, replace(leg, lot=replace(lot, release=release)))


def release_ended(slot: Slot, event: ReleaseEnded, at: int) -> Slot:
    """Take the mark off; an exit whose cancel was refused rests as before."""
    del at
    leg, lot = _owing(slot, event.leg)
    order = leg.order
    if order is not None:
        order = replace(order, status=OrderStatus.PLACED)
    return _with(slot, replace(leg, order=order, lot=replace(lot, release=UNSET)))


def _owing(slot: Slot, name: LegName) -> tuple[Leg, Lot]:
    leg = slot.a if name is LEG_A else slot.b
    if leg.lot is None:
        raise InvariantBroken(f"slot {slot.slot_id} leg {name} owes no exit to release")
    return leg, leg.lot


def _with(slot: Slot, leg: Leg) -> Slot:
    return replace(slot, a=leg) if leg.name is LEG_A else replace(slot, b=leg)


RELEASES: Mapping[type, Callable[[Slot, Any, int], Slot]] = MappingProxyType(
    {ReleaseStarted: release_started, ReleaseEnded: release_ended}
)

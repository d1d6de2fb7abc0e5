"""Fold into a slot that an exit was set aside, and what became of it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from holdfast.domain.errors import InvariantBroken
from holdfast.domain.events import EvictionStarted, ExitOrphaned, RecoveryDropped
from holdfast.domain.slots import Recovery, Slot
from holdfast.engine.parts import leg_of, recovery_of, with_leg, with_recovery, without_recovery


def orphaned(slot: Slot, event: ExitOrphaned, at: int) -> Slot:
    """Set the exit of a leg aside; the leg goes on with its next cycle."""
    leg = leg_of(slot, event.leg)
    if leg.lot is None:
        raise InvariantBroken(f"slot {slot.slot_id} leg {leg.name} owes no exit to set aside")
    recovery = Recovery(
        recovery_id=event.recovery_id,
        leg=leg.name,
        order=leg.order,
        lot=leg.lot,
        orphaned_at=at,
        reason=event.reason,
        attempts=leg.attempts,
    )
    leg = replace(
        leg,
        order=None,
        lot=None,
        cycle=leg.cycle + 1,
        attempts=0,
        cooldown_until=event.cooldown_until,
    )
    more = replace(
        slot,
        recoveries=(*slot.recoveries, recovery),
        next_recovery_id=event.recovery_id + 1,
    )
    return with_leg(more, leg)


def evicting(slot: Slot, event: EvictionStarted, at: int) -> Slot:
    """Mark the recovery that has to make room."""
    del at
    return with_recovery(slot, replace(recovery_of(slot, event.recovery_id), evicting=True))


def dropped(slot: Slot, event: RecoveryDropped, at: int) -> Slot:
    """Take a recovery off the slot."""
    del at
    return replace(slot, recoveries=without_recovery(slot, event.recovery_id))


RECOVERIES: Mapping[type, Callable[[Slot, Any, int], Slot]] = MappingProxyType(
    {ExitOrphaned: orphaned, EvictionStarted: evicting, RecoveryDropped: dropped}
)

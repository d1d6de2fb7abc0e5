"""Fold events into a slot, without rules: the state of a slot is what its events say.

Rules of the file: every event that names a slot has one function here; an event never depends on
what the market did since; the anchor of the both-open state falls when a leg stops owing an exit.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from holdfast.domain.errors import InvariantBroken
from holdfast.domain.events import (
    BothOpenNoted,
    CancelAsked,
    CycleBooked,
    Event,
    InventoryMoved,
    LegBlocked,
    LotDusted,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderRepriced,
    PositionClosed,
    PositionImported,
    PositionOpened,
    RefreshPaused,
    SlotDrained,
    StickySet,
)
from holdfast.domain.money import ZERO, average
from holdfast.domain.slots import (
    ENTRY,
    FREE_TO_ENTER,
    LEG_A,
    SOFT_CLOSE,
    Leg,
    Lot,
    Order,
    OrderStatus,
    Slot,
)
from holdfast.engine.fold_recoveries import RECOVERIES
from holdfast.engine.fold_release import RELEASES
from holdfast.engine.parts import leg_of, recovery_of, with_leg, with_recovery, without_recovery


def evolve(slot: Slot, event: Event, at: int) -> Slot:
    """Apply one event of market time `at` to the slot it names."""
    apply = FOLDS.get(type(event))
    return slot if apply is None else apply(slot, event, at)


def _order(leg: Leg, client_order_id: str) -> Order:
    order = leg.order
    if order is None or order.client_order_id != client_order_id:
        raise _not_resting(leg, client_order_id)
    return order


def _not_resting(leg: Leg, client_order_id: str) -> InvariantBroken:
    return InvariantBroken(f"leg {leg.name} does not rest order {client_order_id}")


def _placed(slot: Slot, event: OrderPlaced, at: int) -> Slot:
    order = Order(
        event.client_order_id,
        event.local_id,
        event.role,
        event.side,
        event.cycle,
        event.attempt,
        event.price,
        event.size,
        at,
        event.reason,
        event.hold,
    )
    return rested(slot, event, order)


def rested(slot: Slot, event: OrderPlaced, order: Order) -> Slot:
    """Rest the order of a placement: of a recovery, of the exit a leg owes, or of its next entry."""
    following = order.local_id + 1
    if event.recovery_id:
        recovery = replace(
            recovery_of(slot, event.recovery_id), order=order, attempts=event.attempt
        )
        return replace(with_recovery(slot, recovery), next_local_id=following)
    on_a = event.leg is LEG_A
    leg = slot.a if on_a else slot.b
    if leg.lot is not None:
        lot = replace(leg.lot, exit_price=event.price)
        leg = replace(leg, order=order, lot=lot, attempts=event.attempt)
    else:
        leg = replace(leg, order=order, attempts=event.attempt, block=FREE_TO_ENTER, blocked_at=0)
    if on_a:
        return replace(slot, a=leg, next_local_id=following)
    return replace(slot, b=leg, next_local_id=following)


def _repriced(slot: Slot, event: OrderRepriced, at: int) -> Slot:
    leg = leg_of(slot, event.leg)
    order = replace(
        _order(leg, event.client_order_id),
        local_id=event.local_id,
        revision=event.revision,
        price=event.price,
        size=event.size,
        hold=event.hold,
        placed_at=at,
        reason=event.reason,
    )
    leg = replace(
        leg,
        order=order,
        refreshes=event.refreshes,
        refresh_direction=event.direction,
        refresh_cooldown_until=0,
    )
    return with_leg(replace(slot, next_local_id=event.local_id + 1), leg)


def _cancel_asked(slot: Slot, event: CancelAsked, at: int) -> Slot:
    del at
    for recovery in slot.recoveries:
        if recovery.order and recovery.order.client_order_id == event.client_order_id:
            order = replace(recovery.order, status=OrderStatus.CANCELING)
            reason = SOFT_CLOSE if event.reason == SOFT_CLOSE else recovery.reason
            return with_recovery(slot, replace(recovery, order=order, reason=reason))
    leg = leg_of(slot, event.leg)
    order = replace(_order(leg, event.client_order_id), status=OrderStatus.CANCELING)
    leg = replace(leg, order=order)
    if event.direction is not None:
        leg = replace(
            leg,
            refreshes=event.refreshes,
            refresh_direction=event.direction,
            refresh_cooldown_until=0,
        )
    return with_leg(slot, leg)


def _lot_of(order: Order, at: int) -> Lot:
    price = average(order.cost, order.filled)
    return Lot(order.cycle, price, order.filled, order.cost, order.fee, at)


def _ended(slot: Slot, event: OrderEnded, at: int) -> Slot:
    if event.recovery_id:
        recovery = recovery_of(slot, event.recovery_id)
        return with_recovery(slot, replace(recovery, order=None))
    leg = leg_of(slot, event.leg)
    order = _order(leg, event.client_order_id)
    if order.role is ENTRY and order.filled:
        return with_leg(slot, replace(leg, order=None, lot=_lot_of(order, at), attempts=0))
    return with_leg(slot, replace(leg, order=None))


def _more_filled(order: Order, event: OrderFilled) -> Order:
    return replace(
        order,
        filled=order.filled + event.size,
        cost=order.cost + event.cost,
        fee=order.fee + event.fee,
        hold=order.hold - event.released,
    )


def more_closed(lot: Lot, event: OrderFilled) -> Lot:
    """Close a lot further by one execution of its exit."""
    if not lot.closed:
        return replace(lot, closed=event.size, proceeds=event.cost, exit_fee=event.fee)
    return replace(
        lot,
        closed=lot.closed + event.size,
        proceeds=lot.proceeds + event.cost,
        exit_fee=lot.exit_fee + event.fee,
    )


def filled(slot: Slot, event: OrderFilled, at: int) -> Slot:
    """Take in one execution: a lot opens or closes, in part or whole."""
    fees = slot.fees + event.fee
    if event.recovery_id:
        return replace(_recovery_filled(slot, event), fees=fees)
    on_a = event.leg is LEG_A
    leg = slot.a if on_a else slot.b
    order = leg.order
    if order is None or order.client_order_id != event.client_order_id:
        raise _not_resting(leg, event.client_order_id)
    left = None if event.complete else _more_filled(order, event)
    if leg.lot is not None:
        leg = replace(leg, order=left, lot=more_closed(leg.lot, event))
    elif left is None:
        leg = replace(leg, order=None, lot=_lot_filled(order, event, at), attempts=0)
    else:
        leg = replace(leg, order=left)
    if leg.lot is None and slot.s2_entered_at is not None:
        slot = replace(slot, s2_entered_at=None)
    return replace(slot, a=leg, fees=fees) if on_a else replace(slot, b=leg, fees=fees)


def _recovery_filled(slot: Slot, event: OrderFilled) -> Slot:
    recovery = recovery_of(slot, event.recovery_id)
    order = recovery.order and _more_filled(recovery.order, event)
    kept = replace(
        recovery,
        order=None if event.complete else order,
        lot=more_closed(recovery.lot, event),
    )
    return with_recovery(slot, kept)


def _lot_filled(order: Order, event: OrderFilled, at: int) -> Lot:
    if not order.filled:  # one execution filled it whole, as most do
        return Lot(
            order.cycle, event.price, event.size, event.cost, event.fee, at, regime=event.regime
        )
    return replace(_lot_of(_more_filled(order, event), at), regime=event.regime)


def booked(slot: Slot, event: CycleBooked, at: int, exit_fee: Decimal = ZERO) -> Slot:
    """Take in a round trip and the leg's memory of it; `exit_fee` is one that no `filled` took in."""
    del at
    net, on_a = event.net, event.leg is LEG_A
    leg = slot.a if on_a else slot.b
    if event.recovery_id:
        leg = replace(leg, losses=event.losses, cooldown_until=event.cooldown_until)
        slot = replace(slot, recoveries=without_recovery(slot, event.recovery_id))
    else:
        leg = replace(
            leg,
            lot=None,
            order=None,
            cycle=event.next_cycle,
            attempts=0,
            losses=event.losses,
            cooldown_until=event.cooldown_until,
        )
    return replace(
        slot,
        a=leg if on_a else slot.a,
        b=slot.b if on_a else leg,
        s2_entered_at=None if leg.lot is None else slot.s2_entered_at,
        net_profit=slot.net_profit + net,
        settled=slot.settled + event.settled,
        fees=slot.fees + (exit_fee + event.unpaid_fee if event.unpaid_fee else exit_fee),
        realized_loss=slot.realized_loss if net >= ZERO else slot.realized_loss - net,
        round_trips=slot.round_trips + 1,
    )


def _dusted(slot: Slot, event: LotDusted, at: int) -> Slot:
    del at
    leg = leg_of(slot, event.leg)
    return with_leg(slot, replace(leg, lot=None, order=None, cycle=event.next_cycle, attempts=0))


def _blocked(slot: Slot, event: LegBlocked, at: int) -> Slot:
    leg = leg_of(slot, event.leg)
    since = leg.blocked_at or at
    return with_leg(slot, replace(leg, block=event.block, blocked_at=since))


def _paused(slot: Slot, event: RefreshPaused, at: int) -> Slot:
    del at
    leg = replace(
        leg_of(slot, event.leg),
        refreshes=event.refreshes,
        refresh_direction=event.direction,
        refresh_cooldown_until=event.until,
    )
    return with_leg(slot, leg)


def _noted(slot: Slot, event: BothOpenNoted, at: int) -> Slot:
    del event
    return replace(slot, s2_entered_at=at)


def _sticky(slot: Slot, event: StickySet, at: int) -> Slot:
    del at
    anchor = None if event.sticky else slot.s2_entered_at
    return replace(slot, sticky=event.sticky, s2_entered_at=anchor)


def _drained(slot: Slot, event: SlotDrained, at: int) -> Slot:
    del event, at
    return replace(slot, draining=True)


def _same(slot: Slot, event: Event, at: int) -> Slot:
    del event, at
    return slot


FOLDS: Mapping[type, Callable[[Slot, Any, int], Slot]] = {
    OrderPlaced: _placed,
    OrderRepriced: _repriced,
    CancelAsked: _cancel_asked,
    OrderEnded: _ended,
    OrderFilled: filled,
    CycleBooked: booked,
    LotDusted: _dusted,
    LegBlocked: _blocked,
    RefreshPaused: _paused,
    BothOpenNoted: _noted,
    **RECOVERIES,
    **RELEASES,
    StickySet: _sticky,
    SlotDrained: _drained,
    **dict.fromkeys((InventoryMoved, PositionOpened, PositionImported, PositionClosed), _same),
}

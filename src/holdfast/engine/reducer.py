"""Turn a slot and one input into the next slot and what happened: the engine's one door.

`reduce(slot, input, terms)` is pure: no clock, no chance, no input or output. Its events are its
whole effect: folding them (engine.fold) gives the slot it returns, and the orders, moves and
cancels among them are what the desk sends. Unknown order ids raise, and nothing has changed.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from holdfast.domain.errors import UnknownOrder
from holdfast.domain.events import OrderEnded, OrderFilled
from holdfast.domain.money import ZERO
from holdfast.domain.observations import End, Execution
from holdfast.domain.slots import (
    ENTRY,
    FREE_TO_ENTER,
    LEG_A,
    LEG_B,
    Block,
    LegName,
    Order,
    Recovery,
    Slot,
)
from holdfast.engine.draft import Draft
from holdfast.engine.entries import enter, refresh, suppress, want_entry, withdraw
from holdfast.engine.exits import book, closed_by, place_exit, place_recovery, turn
from holdfast.engine.fold import filled, more_closed
from holdfast.engine.inputs import (
    CancelFailed,
    CancelWanted,
    EntryWanted,
    ExitWanted,
    Input,
    MarkMoved,
    ReleaseWanted,
    SideSuppressed,
    SoftCloseWanted,
    TimeCame,
)
from holdfast.engine.orphans import go_on_evicting, soft_close, time_came
from holdfast.engine.release import cancel_failed, exit_over, go_on, want_release
from holdfast.engine.rules import Terms


def reduce(slot: Slot, seen: Input, terms: Terms) -> Draft:
    """Fold one input into a slot: the draft holds the next slot and the events that lead to it."""
    draft = Draft(slot, terms, [], terms.spare_base, terms.spare_quote)
    _RULES[type(seen)](draft, seen)
    return draft


def _find(slot: Slot, client_order_id: str) -> tuple[LegName, Order, Recovery | None]:
    order = slot.b.order
    if order is not None and order.client_order_id == client_order_id:
        return LEG_B, order, None
    order = slot.a.order
    if order is not None and order.client_order_id == client_order_id:
        return LEG_A, order, None
    for recovery in slot.recoveries:
        if recovery.order is not None and recovery.order.client_order_id == client_order_id:
            return recovery.leg, recovery.order, recovery
    raise UnknownOrder(f"slot {slot.slot_id} has no live order {client_order_id}")


def _executed(draft: Draft, seen: Execution) -> None:
    slot, terms, client_order_id = draft.slot, draft.terms, seen.client_order_id
    name, order, recovery = _find(slot, client_order_id)
    left = (order.size - order.filled if order.filled else order.size) - seen.size
    released = order.hold
    if left:
        left, released = _remainder(draft, order, left)
    recovery_id = recovery.recovery_id if recovery is not None else 0
    event = OrderFilled(
        slot.slot_id,
        name,
        order.role,
        order.side,
        client_order_id,
        seen.fill_id,
        order.cycle,
        seen.price,
        seen.size,
        seen.cost,
        seen.fee,
        seen.liquidity,
        released,
        not left,
        terms.mark,
        recovery_id,
        terms.regime,
    )
    if left or order.filled or recovery_id:
        draft.slot = filled(slot, event, terms.now)
        draft.events.append(event)
        if not left:
            _follow(draft, name, order, recovery_id)
    elif order.role is ENTRY:
        turn(draft, name, event)
    else:
        _close(draft, name, event)


def _remainder(draft: Draft, order: Order, left: Decimal) -> tuple[Decimal, Decimal]:
    """Say what an execution leaves of an order, and what it frees of its hold."""
    if left > ZERO:
        return left, order.hold - draft.hold_of(order.side, order.price, left)
    if not order.revision:  # one that was moved may have traded at its old size before
        raise UnknownOrder(f"order {order.client_order_id} filled more than its size")
    return ZERO, order.hold


def _close(draft: Draft, name: LegName, fill: OrderFilled) -> None:
    """Take in an exit that one execution filled whole; its lot is closed but for what was before."""
    leg = draft.slot.a if name is LEG_A else draft.slot.b
    after = None if leg.lot is None else more_closed(leg.lot, fill)
    if after is None or after.closed < after.size:
        draft.emit(fill)
        return
    draft.events.append(fill)
    book(draft, name, after, reason=closed_by(after, leg.order), fill=fill)
    enter(draft, name, "cycle_complete")


def _follow(draft: Draft, name: LegName, order: Order, recovery_id: int) -> None:
    if order.role is ENTRY:
        place_exit(draft, name, "entry_fill_exit")
        return
    if recovery_id:
        lot = next(one.lot for one in draft.slot.recoveries if one.recovery_id == recovery_id)
        if lot.closed >= lot.size:
            book(draft, name, lot, recovery_id=recovery_id, reason="filled")
        return
    held = (draft.slot.a if name is LEG_A else draft.slot.b).lot
    if held is not None and held.closed >= held.size:
        book(draft, name, held, reason=closed_by(held, order))
        enter(draft, name, "cycle_complete")


def _ended(draft: Draft, seen: End) -> None:
    name, order, recovery = _find(draft.slot, seen.client_order_id)
    recovery_id = recovery.recovery_id if recovery is not None else 0
    draft.emit(
        OrderEnded(
            slot=draft.slot.slot_id,
            leg=name,
            role=order.role,
            client_order_id=seen.client_order_id,
            side=order.side,
            status=seen.status,
            reason=seen.reason or order.reason,
            filled=order.filled,
            released=order.hold,
            recovery_id=recovery_id,
        )
    )
    if recovery is not None:
        go_on_evicting(draft)
    elif order.role is ENTRY:
        if order.filled:
            place_exit(draft, name, "entry_fill_exit")
        else:
            draft.block(name, _block_after(seen, draft.terms.blocks.get(name, FREE_TO_ENTER)))
    else:
        exit_over(draft, name, order)


def _block_after(seen: End, standing: Block) -> Block:
    if seen.status == "refused":
        return _REFUSALS.get(seen.reason, Block.DEFERRED)
    return Block.DEFERRED if standing is FREE_TO_ENTER else standing


def _owed(draft: Draft, seen: ExitWanted) -> None:
    del seen
    for name in (LEG_B, LEG_A):
        lot = draft.leg(name).lot
        if lot is not None and lot.release:
            go_on(draft, name)
        else:
            place_exit(draft, name, "entry_fill_exit")
    go_on_evicting(draft)
    for recovery in draft.slot.recoveries:
        if recovery.order is None and not recovery.evicting:
            place_recovery(draft, recovery)


def _marked(draft: Draft, seen: MarkMoved) -> None:
    del seen
    refresh(draft)


def _timed(draft: Draft, seen: TimeCame) -> None:
    del seen
    time_came(draft)


_REFUSALS: Mapping[str, Block] = MappingProxyType(
    {
        "insufficient_funds": Block.BALANCE,
        "open_order_cap": Block.CAPACITY,
        "min_size": Block.MIN_SIZE,
        "min_cost": Block.MIN_SIZE,
        "post_only": Block.DEFERRED,
        "stale_price": Block.STALE_PRICE,
    }
)
_RULES: Mapping[type, Callable[[Draft, Any], None]] = {
    Execution: _executed,
    End: _ended,
    MarkMoved: _marked,
    TimeCame: _timed,
    EntryWanted: want_entry,
    ExitWanted: _owed,
    CancelWanted: withdraw,
    SideSuppressed: suppress,
    SoftCloseWanted: soft_close,
    ReleaseWanted: want_release,
    CancelFailed: cancel_failed,
}

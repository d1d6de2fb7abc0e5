"""Make slots of ours of saved ones: legs with cycles, lots and memories; what rested comes as orders."""

from collections.abc import Mapping

from holdfast.domain.slots import ENTRY, Block, Leg, LegName, Lot, Recovery, Slot
from holdfast.ledger.earlier.costs import Exit
from holdfast.ledger.earlier.frame import Frame
from holdfast.ledger.earlier.shape import SavedRecovery, SavedSlot, SavedState
from holdfast.ledger.earlier.times import Times, exact, regime_of


def slot_of(saved: SavedSlot, exits: list[Exit], frame: Frame, times: Times) -> Slot:
    """Make one slot, without the orders that rest."""
    state = saved.state
    set_aside = [one for one in exits if isinstance(one.order, SavedRecovery)]
    lots = {one.leg: one for one in exits if not isinstance(one.order, SavedRecovery)}
    both = len(lots) > 1 and not saved.sticky
    settled = state.total_profit if state.total_settled_usd is None else state.total_settled_usd
    return Slot(
        slot_id=saved.slot_id,
        sticky=saved.sticky,
        created_at=frame.at,
        a=_leg(LegName.A, state, lots, frame, times),
        b=_leg(LegName.B, state, lots, frame, times),
        recoveries=tuple(_recovery(one, times) for one in set_aside),
        next_local_id=state.next_order_id,
        next_recovery_id=state.next_recovery_id,
        s2_entered_at=(times(state.s2_entered_at) or None) if both else None,
        net_profit=exact(state.total_profit),
        settled=exact(settled),
        fees=exact(state.total_fees),
        realized_loss=exact(state.today_realized_loss),
        round_trips=state.total_round_trips,
    )


def lot_of(one: Exit, times: Times) -> Lot:
    """Make the lot an exit closes; its cost is what was really paid, where that is known."""
    order, row = one.order, one.row
    price = exact(row.entry_price if row else order.entry_price)
    return Lot(
        cycle=order.cycle,
        price=price,
        size=exact(order.volume),
        cost=exact(row.entry_cost if row else price * order.volume),
        fee=exact(row.entry_fee if row else order.entry_fee),
        opened_at=times(one.entered),
        exit_price=exact(order.price),
        regime=regime_of(order.regime_at_entry, f"slot {one.slot} {one.name} regime_at_entry"),
    )


def _leg(
    name: LegName, state: SavedState, lots: Mapping[LegName, Exit], frame: Frame, times: Times
) -> Leg:
    low, owed = name.lower(), lots.get(name)
    cooldown = times(getattr(state, f"cooldown_until_{low}"))
    entry = any(one.trade_id is name and one.role is ENTRY and one.txid for one in state.orders)
    block = Block.NONE if owed or entry else _why_idle(name, state, cooldown, frame.at)
    named = [one.cycle for one in state.orders if one.trade_id is name]
    return Leg(
        name=name,
        cycle=max(getattr(state, f"cycle_{low}"), *named, 1),
        attempts=1 if owed and not owed.order.txid else 0,
        lot=lot_of(owed, times) if owed else None,
        block=block,
        blocked_at=0 if block is Block.NONE else frame.at,
        losses=getattr(state, f"consecutive_losses_{low}"),
        cooldown_until=cooldown,
        refreshes=getattr(state, f"consecutive_refreshes_{low}"),
        refresh_direction=getattr(state, f"last_refresh_direction_{low}"),
        refresh_cooldown_until=times(getattr(state, f"refresh_cooldown_until_{low}")),
    )


def _why_idle(name: LegName, state: SavedState, cooldown: int, at: int) -> Block:
    """Say why a leg has no entry: its cooldown, what the earlier bot named, or that its turn comes."""
    if cooldown > at:
        return Block.COOLDOWN
    flagged = state.long_only if name is LegName.A else state.short_only
    named = {"balance": Block.BALANCE, "regime": Block.REGIME}
    return named.get(state.mode_source, Block.PACING) if flagged else Block.PACING


def _recovery(one: Exit, times: Times) -> Recovery:
    order = one.order
    assert isinstance(order, SavedRecovery)  # noqa: S101 (the caller picked these)
    return Recovery(
        recovery_id=order.recovery_id,
        leg=one.leg,
        order=None,
        lot=lot_of(one, times),
        orphaned_at=times(order.orphaned_at),
        reason=order.reason,
        attempts=0 if order.txid else 1,
    )

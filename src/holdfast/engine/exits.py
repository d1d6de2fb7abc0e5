"""Place exits and book what they close (core F5, F6, F7); an exit is an obligation.

It leaves the state only by filling, by release or by write-off. An order for it that ends early is
followed by another attempt for what is left.
"""

from decimal import ROUND_HALF_EVEN, Decimal

from msgspec.structs import replace

from holdfast.domain.events import (
    CycleBooked,
    InventoryMoved,
    LotDusted,
    OrderFilled,
    PositionClosed,
    PositionOpened,
)
from holdfast.domain.ids import position_id
from holdfast.domain.money import HUNDRED, ZERO, average, held_for_buy, kept
from holdfast.domain.slots import (
    BUY,
    EXIT,
    LEG_A,
    LEG_B,
    SALE,
    SELL,
    SOFT_CLOSE,
    Block,
    LegName,
    Lot,
    Order,
    Recovery,
    Side,
    exit_side,
)
from holdfast.engine.accounts import DUST, UNALLOCATED, slot_account
from holdfast.engine.draft import Draft
from holdfast.engine.fold import booked
from holdfast.engine.pricing import exit_price, near_price
from holdfast.engine.rules import Rules

RELEASED = "released"  # the reason of a cycle that was given up
SALE_REACH = Decimal("0.005")  # how far from the mark such an order may trade
_CLOSES = {"filled": "filled", RELEASED: "soft_closed"}


def place_exit(draft: Draft, name: LegName, reason: str) -> None:
    """Rest the exit a leg owes for what its lot has left, or give the rest to dust."""
    slot, terms = draft.slot, draft.terms
    on_a = name is LEG_A
    leg = slot.a if on_a else slot.b
    lot = leg.lot
    if lot is None or leg.order is not None:
        return
    rules = terms.rules
    side = BUY if on_a else SELL
    profit = slot.profit_pct or rules.profit_pct
    price = exit_price(rules, side, lot.price, terms.mark, profit)
    left = lot.size - lot.closed if lot.closed else lot.size
    if is_dust(rules, price, left):
        _to_dust(draft, name, lot, left)
        return
    attempt = leg.attempts + 1
    hold = held_for_buy(price, left, rules.instrument) if on_a else left
    draft.place(name, EXIT, side, lot.cycle, attempt, price, left, hold, reason)
    if rules.positions and attempt == 1:
        open_position(draft, name, lot, price, profit)


def turn(draft: Draft, name: LegName, fill: OrderFilled) -> None:
    """Take in an entry that one execution filled whole, and rest its exit."""
    slot, terms = draft.slot, draft.terms
    rules, on_a = terms.rules, name is LEG_A
    side = BUY if on_a else SELL
    profit = slot.profit_pct or rules.profit_pct
    size = fill.size
    price = exit_price(rules, side, fill.price, terms.mark, profit)
    if is_dust(rules, price, size):
        draft.emit(fill)
        place_exit(draft, name, "entry_fill_exit")
        return
    draft.events.append(fill)
    hold = held_for_buy(price, size, rules.instrument) if on_a else size
    draft.place(name, EXIT, side, fill.cycle, 1, price, size, hold, "entry_fill_exit", 0, fill)
    lot = draft.leg(name).lot if rules.positions else None
    if lot is not None:
        open_position(draft, name, lot, price, profit)


def place_recovery(draft: Draft, recovery: Recovery) -> None:
    """Rest the exit of a recovery again: at its own price, or just off the mark where one asked so."""
    lot, side = recovery.lot, exit_side(recovery.leg)
    price = _recovery_price(draft, recovery, side)
    left = lot.size - lot.closed
    draft.place(
        recovery.leg,
        EXIT,
        side,
        lot.cycle,
        recovery.attempts + 1,
        price,
        left,
        draft.hold_of(side, price, left),
        "entry_fill_exit",
        recovery.recovery_id,
    )


def book(
    draft: Draft,
    name: LegName,
    lot: Lot,
    *,
    recovery_id: int = 0,
    unpaid_fee: Decimal = ZERO,
    reason: str,
    fill: OrderFilled | None = None,
) -> None:
    """Book the round trip a lot closed, and what it does to its leg (F6, F7).

    `fill` is the execution that closed it, where the slot has not taken that in yet.
    """
    terms, slot, on_a = draft.terms, draft.slot, name is LEG_A
    rules, leg = terms.rules, slot.a if on_a else slot.b
    gross = lot.cost - lot.proceeds if on_a else lot.proceeds - lot.cost
    net = gross - lot.fee - lot.exit_fee
    quote_fee = lot.fee if on_a else lot.exit_fee
    losses = leg.losses + 1 if net < ZERO else 0
    price = None if fill is None else fill.price
    event = CycleBooked(
        slot.slot_id,
        name,
        lot.cycle,
        lot.price,
        average(lot.proceeds, lot.closed, price),
        lot.closed,
        gross,
        lot.fee,
        lot.exit_fee,
        net,
        gross - quote_fee,
        quote_fee,
        lot.opened_at,
        losses,
        cooldown_after(rules, leg.cooldown_until, losses, terms.now),
        leg.cycle if recovery_id or leg.cycle > lot.cycle else lot.cycle + 1,
        terms.mark,
        rules.digest,
        recovery_id,
        lot.regime,
        unpaid_fee,
        reason,
    )
    draft.slot = booked(slot, event, terms.now, ZERO if fill is None else fill.fee)
    draft.events.append(event)
    if rules.positions:
        _close_position(draft, name, lot, net, reason)


def book_at_mark(draft: Draft, recovery: Recovery, reason: str) -> None:
    """Give a recovery up: its inventory leaves the slot at mark and the cycle is booked there (F12)."""
    rules, mark = draft.terms.rules, draft.terms.mark
    lot = recovery.lot
    price = mark if mark > ZERO else lot.exit_price or lot.price
    left = lot.size - lot.closed
    step = rules.instrument.fee_step
    value = kept(price * left, step)
    draft.emit(moved_out(draft, recovery.leg, left, value, reason))
    fee = kept(value * rules.instrument.maker_fee_pct / HUNDRED, step)
    closed = Lot(
        cycle=lot.cycle,
        price=lot.price,
        size=lot.size,
        cost=lot.cost,
        fee=lot.fee,
        opened_at=lot.opened_at or recovery.orphaned_at,
        closed=lot.size,
        proceeds=lot.proceeds + value,
        exit_fee=lot.exit_fee + fee,
        regime=lot.regime,
    )
    book(
        draft,
        recovery.leg,
        closed,
        recovery_id=recovery.recovery_id,
        unpaid_fee=fee,
        reason=reason,
    )


def moved_out(
    draft: Draft, name: LegName, size: Decimal, value: Decimal, reason: str
) -> InventoryMoved:
    """Say that what a leg holds leaves its slot at a value, for nobody in particular."""
    sign = 1 if name is LEG_B else -1
    return InventoryMoved(
        slot=draft.slot.slot_id,
        source=slot_account(draft.slot.slot_id),
        target=UNALLOCATED,
        base=sign * size,
        quote=-sign * value,
        reason=reason,
        mark=draft.terms.mark,
    )


def closed_by(lot: Lot, order: Order | None) -> str:
    """Say why the cycle of a filled exit is booked: it filled, or was sold to be rid of it."""
    if lot.release and order is not None and order.reason == SALE:
        return RELEASED
    return "filled"


def cooldown_after(rules: Rules, standing: int, losses: int, now: int) -> int:
    """Say until when a leg rests after a booking (F7)."""
    until = standing
    if rules.reentry_cooldown > 0:
        until = max(until, now + rules.reentry_cooldown)
    if losses >= rules.loss_cooldown_start:
        until = max(until, now + rules.loss_cooldown)
    return until


def _recovery_price(draft: Draft, recovery: Recovery, side: Side) -> Decimal:
    rules, mark, lot = draft.terms.rules, draft.terms.mark, recovery.lot
    if recovery.reason == SOFT_CLOSE:
        return near_price(rules, side, mark)
    nearest = exit_price(rules, side, lot.price, mark, draft.slot.profit_pct)
    wanted = lot.exit_price or nearest
    return max(wanted, nearest) if side is SELL else min(wanted, nearest)


def is_dust(rules: Rules, price: Decimal, size: Decimal) -> bool:
    """Say whether a size is too small for an order at a price."""
    instrument = rules.instrument
    if size < instrument.min_base:
        return True
    least = instrument.min_quote
    return bool(least) and size * price < least


def _unclosed(lot: Lot) -> Lot:
    """Give a lot back at its own cost: what nobody traded has neither gained nor lost."""
    return replace(lot, closed=lot.size, proceeds=lot.cost)


def _to_dust(draft: Draft, name: LegName, lot: Lot, left: Decimal) -> None:
    had_exit = draft.leg(name).attempts > 0
    if lot.closed == ZERO:
        draft.emit(
            LotDusted(
                slot=draft.slot.slot_id,
                leg=name,
                cycle=lot.cycle,
                size=left,
                cost=lot.cost,
                next_cycle=lot.cycle + 1,
            )
        )
        if draft.terms.rules.positions and had_exit:
            _close_position(draft, name, _unclosed(lot), -lot.fee, "dust")
        draft.block(name, Block.DEFERRED)
        return
    step = draft.terms.rules.instrument.fee_step
    part = (lot.cost * lot.closed / lot.size).quantize(step, ROUND_HALF_EVEN)
    sign = 1 if name is LEG_B else -1
    draft.emit(
        InventoryMoved(
            slot=draft.slot.slot_id,
            source=slot_account(draft.slot.slot_id),
            target=DUST,
            base=sign * left,
            quote=-sign * (lot.cost - part),
            reason="dust",
            mark=draft.terms.mark,
        )
    )
    whole = Lot(
        cycle=lot.cycle,
        price=lot.price,
        size=lot.closed,
        cost=part,
        fee=lot.fee,
        opened_at=lot.opened_at,
        closed=lot.closed,
        proceeds=lot.proceeds,
        exit_fee=lot.exit_fee,
        regime=lot.regime,
    )
    book(draft, name, whole, reason="filled")
    draft.block(name, Block.DEFERRED)


def open_position(draft: Draft, name: LegName, lot: Lot, price: Decimal, profit: Decimal) -> None:
    """Open the row of a position with the exit it asks for."""
    draft.emit(
        PositionOpened(
            position_id=position_id(draft.slot.slot_id, name, lot.cycle),
            slot=draft.slot.slot_id,
            leg=name,
            cycle=lot.cycle,
            slot_mode="sticky" if draft.slot.sticky else "legacy",
            entry_price=lot.price,
            entry_cost=lot.cost,
            entry_fee=lot.fee,
            entry_size=lot.size,
            entry_time=lot.opened_at,
            entry_regime=lot.regime,
            exit_price=price,
            target_profit_pct=profit,
        )
    )


def _close_position(draft: Draft, name: LegName, lot: Lot, net: Decimal, reason: str) -> None:
    draft.emit(
        PositionClosed(
            position_id=position_id(draft.slot.slot_id, name, lot.cycle),
            slot=draft.slot.slot_id,
            exit_price=average(lot.proceeds, lot.closed),
            exit_cost=lot.proceeds,
            exit_fee=lot.exit_fee,
            net=net,
            reason=_CLOSES.get(reason, "written_off"),
        )
    )

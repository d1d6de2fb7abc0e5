"""Give a waiting exit up: its order ends first, then its inventory leaves and the cycle is booked.

Rules: nothing is booked before the end of the exit's order is proven, and a fill that comes first is
booked as a fill. The cycle is booked by the function that books a fill, at mark and without an exit
fee, because nothing traded; the inventory follows it to `unallocated` at the same mark. A sale for
real that nobody takes leaves the exit owed, and it rests again. Without a fresh mark a release whose
order is over waits for one.
"""

from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from holdfast.domain.events import CancelAsked, ReleaseEnded, ReleaseStarted
from holdfast.domain.money import ZERO, held_for_buy, kept, snap_price
from holdfast.domain.slots import (
    EXIT,
    LEG_A,
    LEG_B,
    SALE,
    Close,
    LegName,
    Lot,
    Order,
    OrderStatus,
    exit_side,
)
from holdfast.engine.draft import Draft
from holdfast.engine.entries import enter
from holdfast.engine.exits import (
    RELEASED,
    SALE_REACH,
    book,
    is_dust,
    moved_out,
    open_position,
)
from holdfast.engine.inputs import CancelFailed, ReleaseWanted
from holdfast.engine.pricing import exit_price
from holdfast.engine.rules import Rules


def want_release(draft: Draft, wanted: ReleaseWanted) -> None:
    """Begin to give up the exit a leg owes; what is not owed, or is given up already, stays."""
    name, leg = wanted.leg, draft.leg(wanted.leg)
    lot, order = leg.lot, leg.order
    if lot is None or lot.release or draft.terms.mark <= ZERO:
        return
    draft.emit(
        ReleaseStarted(
            slot=draft.slot.slot_id,
            leg=name,
            cycle=lot.cycle,
            close=wanted.close,
            reason=wanted.reason,
            mark=draft.terms.mark,
            rules=draft.terms.rules.digest,
        )
    )
    if order is None:
        go_on(draft, name)
    elif order.status is not OrderStatus.CANCELING:
        draft.emit(
            CancelAsked(
                slot=draft.slot.slot_id,
                leg=name,
                role=EXIT,
                client_order_id=order.client_order_id,
                reason="release",
            )
        )


class Sale(NamedTuple):
    """An order that closes what a lot has left at once: where, how much, and what it holds back."""

    price: Decimal
    size: Decimal
    hold: Decimal


def sale_of(rules: Rules, name: LegName, lot: Lot, mark: Decimal) -> Sale | None:
    """Work out the sale of a lot at a mark; None where what is left is too small for the venue."""
    left = lot.size - lot.closed
    reach = 1 - SALE_REACH if name is LEG_B else 1 + SALE_REACH
    price = snap_price(mark * reach, rules.instrument.price_tick)
    if is_dust(rules, price, left):
        return None
    taking = replace(rules.instrument, maker_fee_pct=rules.instrument.taker_fee_pct)
    return Sale(price, left, held_for_buy(price, left, taking) if name is LEG_A else left)


def exit_over(draft: Draft, name: LegName, order: Order) -> None:
    """Go on with a release whose exit's order is proven over."""
    lot = draft.leg(name).lot
    if lot is None or not lot.release:
        return
    if order.reason == SALE:
        _come_to_nothing(draft, name, lot, "unsold")
    else:
        go_on(draft, name, order.hold)


def cancel_failed(draft: Draft, seen: CancelFailed) -> None:
    """Leave an exit where it rests when the venue refused to cancel it."""
    for leg in (draft.slot.b, draft.slot.a):
        order, lot = leg.order, leg.lot
        if order is None or lot is None or order.client_order_id != seen.client_order_id:
            continue
        if lot.release and order.role is EXIT:
            _come_to_nothing(draft, leg.name, lot, f"cancel refused: {seen.reason}")


def go_on(draft: Draft, name: LegName, freed: Decimal = ZERO) -> None:
    """Give up an exit that is to be released and does not rest; without a fresh mark it waits for one.

    `freed` is what its order held back, where the accounts do not know of its end yet.
    """
    leg = draft.leg(name)
    lot, rules = leg.lot, draft.terms.rules
    if lot is None or not lot.release or leg.order is not None or draft.terms.blind:
        return
    if rules.positions and not leg.attempts:  # owed, and never placed: its row comes with its end
        profit = draft.slot.profit_pct or rules.profit_pct
        price = exit_price(rules, exit_side(name), lot.price, draft.terms.mark, profit)
        open_position(draft, name, lot, price, profit)
    if lot.release.close is Close.TRANSFER:
        _transfer(draft, name, lot)
    else:
        _sell(draft, name, lot, freed)


def _transfer(draft: Draft, name: LegName, lot: Lot) -> None:
    left = lot.size - lot.closed
    value = kept(draft.terms.mark * left, draft.terms.rules.instrument.fee_step)
    closed = replace(lot, closed=lot.size, proceeds=lot.proceeds + value)
    book(draft, name, closed, reason=RELEASED)
    enter(draft, name, "cycle_complete")
    draft.emit(moved_out(draft, name, left, value, RELEASED))


def _sell(draft: Draft, name: LegName, lot: Lot, freed: Decimal) -> None:
    sale = sale_of(draft.terms.rules, name, lot, draft.terms.mark)
    if sale is None:
        _come_to_nothing(draft, name, lot, "min_size")
        return
    side = exit_side(name)
    if not draft.affords(side, sale.hold, freed):
        _come_to_nothing(draft, name, lot, "balance")
        return
    attempt = draft.leg(name).attempts + 1
    draft.place(name, EXIT, side, lot.cycle, attempt, *sale, SALE)


def _come_to_nothing(draft: Draft, name: LegName, lot: Lot, why: str) -> None:
    draft.emit(ReleaseEnded(slot=draft.slot.slot_id, leg=name, cycle=lot.cycle, reason=why))

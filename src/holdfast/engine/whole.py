"""Fold what follows an order that filled whole, as most do, in one go.

Rules: what is said here of two events is what `fold` says of them one after the other, with one rebuild
of leg and slot instead of two; the story of a slot in the tests holds them together at every step.
"""

from msgspec.structs import replace

from holdfast.domain.events import OrderFilled
from holdfast.domain.slots import LEG_A, Lot, Order, Slot


def turned(slot: Slot, fill: OrderFilled, order: Order) -> Slot:
    """Take in the one execution of an entry and the exit it asked for: `filled`, then `rested`."""
    on_a, fee = fill.leg is LEG_A, fill.fee
    lot = Lot(
        fill.cycle,
        fill.price,
        fill.size,
        fill.cost,
        fee,
        order.placed_at,
        order.price,
        regime=fill.regime,
    )
    leg = replace(slot.a if on_a else slot.b, order=order, lot=lot, attempts=order.attempt)
    fees, following = slot.fees + fee, order.local_id + 1
    if on_a:
        return replace(slot, a=leg, fees=fees, next_local_id=following)
    return replace(slot, b=leg, fees=fees, next_local_id=following)

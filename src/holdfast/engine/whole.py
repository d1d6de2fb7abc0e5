"""Fold what follows an order that filled whole, as most do, in one go.

Rules: what is said here of two events is what `fold` says of them one after the other, with one rebuild
of leg and slot instead of two; the story of a slot in the tests holds them together at every step.
"""

from msgspec.structs import replace

from holdfast.domain.events import OrderFilled, OrderPlaced
from holdfast.domain.slots import LEG_A, Lot, Slot
from holdfast.engine.fold import order_placed


def turned(slot: Slot, fill: OrderFilled, rested: OrderPlaced, at: int) -> Slot:
    """Take in the one execution of an entry and the exit it asked for: `filled`, then `placed`."""
    on_a = fill.leg is LEG_A
    leg = replace(
        slot.a if on_a else slot.b,
        order=order_placed(rested, at),
        lot=Lot(
            fill.cycle,
            fill.price,
            fill.size,
            fill.cost,
            fill.fee,
            at,
            rested.price,
            regime=fill.regime,
        ),
        attempts=rested.attempt,
    )
    fees, following = slot.fees + fill.fee, rested.local_id + 1
    if on_a:
        return replace(slot, a=leg, fees=fees, next_local_id=following)
    return replace(slot, b=leg, fees=fees, next_local_id=following)

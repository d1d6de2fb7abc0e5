"""Decide which entry a move of the market defers, and for how long at most (core 3.9).

A rising market defers the entry of leg A, a falling one that of leg B. A leg is deferred from the time
at which it was first kept from entering; when that is as long ago as may be, it enters regardless.
"""

from holdfast.domain.slots import LEG_A, LEG_B, Block, Leg, LegName, Slot


def deferred(sign: int) -> LegName | None:
    """Name the leg whose entry waits; None where the market stands still.

    >>> deferred(1), deferred(-1), deferred(0)
    (<LegName.A: 'A'>, <LegName.B: 'B'>, None)
    """
    if sign == 0:
        return None
    return LEG_A if sign > 0 else LEG_B


def keeps(slot: Slot, name: LegName, sign: int, longest: int, now: int) -> bool:
    """Say whether momentum keeps a leg of a slot from entering now."""
    if deferred(sign) is not name:
        return False
    leg = slot.a if name is LEG_A else slot.b
    return not overdue(leg, longest, now)


def overdue(leg: Leg, longest: int, now: int) -> bool:
    """Say whether a leg was deferred for as long as it may be."""
    return leg.block is Block.MOMENTUM and now - leg.blocked_at >= longest

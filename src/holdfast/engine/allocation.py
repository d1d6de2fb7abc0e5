"""Say what a buy entry may use of the free quote, and what is added to the size of entries.

Rules (core 3.10, 5.1): what is shared out is what is free now, so committed buys are not subtracted
again and nothing is carried over; a share is whole cents. Everything here is in quote.
"""

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal

import msgspec

from holdfast.domain.money import CENT, HUNDRED, ZERO
from holdfast.domain.slots import BUY, ENTRY, Block, Order, Slot

READY = frozenset(
    {
        Block.NONE,
        Block.PACING,
        Block.DEFERRED,
        Block.CAPACITY,
        Block.BUDGET,
        Block.STALE_PRICE,
        Block.UNKNOWN,
    }
)


class Funds(msgspec.Struct, frozen=True, kw_only=True):
    """What is free, and for whom: slots ready to buy, all slots, resting buys and sells.

    `asks` says whether the slot that is sized is one of the ready.
    """

    free_quote: Decimal
    free_base: Decimal = ZERO
    ready: int = 0
    slots: int = 0
    buys: int = 0
    sells: int = 0
    asks: bool = True


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """How buy entries share the free quote; `most` is a multiple of the order size.

    `quote_first` shares it among the slots that can buy, `by_account` gives every slot an equal part.
    """

    quote_first: bool = False
    by_account: bool = False
    buffer: Decimal = ZERO
    most: Decimal = Decimal(3)
    dust: bool = False
    dust_least: Decimal = Decimal("0.50")
    dust_most_pct: Decimal = ZERO


class Share(msgspec.Struct, frozen=True):
    """What one slot may buy for, what is shared out in all, and what no share takes."""

    each: Decimal
    shared: Decimal
    left: Decimal


def wants_buy(slot: Slot) -> bool:
    """Say whether the buying leg of a slot is idle and nothing but its turn keeps it so.

    A leg that waits for funds counts when it asks, not before: it must not thin the others' shares.
    """
    leg = slot.b
    idle = leg.order is None and leg.lot is None
    return idle and not slot.draining and leg.block in READY


def resting(slots: Iterable[Slot]) -> list[Order]:
    """List the orders of slots, those of recoveries included."""
    return [
        order
        for slot in slots
        for order in (slot.a.order, slot.b.order, *(one.order for one in slot.recoveries))
        if order is not None
    ]


def committed_buys(slots: Iterable[Slot]) -> Decimal:
    """Add up what resting buy orders of slots may still cost, before fees."""
    return sum(
        (one.price * (one.size - one.filled) for one in resting(slots) if one.side is BUY), ZERO
    )


def share_of_quote(free: Decimal, ready: int, buffer: Decimal) -> Share:
    """Share free quote among the slots that can buy, in whole cents (D5).

    >>> tuple(map(str, msgspec.structs.astuple(share_of_quote(Decimal(10), 3, Decimal("0.10")))))
    ('3.30', '9.90', '0.00')
    """
    pool = max(ZERO, free - buffer)
    if ready <= 0:
        return Share(ZERO, ZERO, pool)
    each = (pool / ready).quantize(CENT, ROUND_FLOOR)
    return Share(each, each * ready, pool - each * ready)


def buy_amount(sharing: Sharing, size: Decimal, plain: Decimal, funds: Funds) -> Decimal:
    """Say what a buy entry may use before layers and dust; `plain` is what it would be unshared."""
    if sharing.quote_first:
        each = share_of_quote(funds.free_quote, funds.ready, sharing.buffer).each
        return min(each, size * sharing.most)
    if sharing.by_account:
        part = funds.free_quote / funds.slots if funds.slots else ZERO
        return min(max(size, part), size * sharing.most)
    return plain


def dust_dividend(sharing: Sharing, each: Decimal, funds: Funds) -> Decimal:
    """Say what is left over for each slot that can buy, once all have their amount (core 3.10)."""
    if sharing.quote_first or funds.ready <= 0:
        return ZERO
    over = (funds.free_quote - each * funds.ready) / funds.ready
    return over if over >= sharing.dust_least else ZERO


def swept(sharing: Sharing, amount: Decimal, dividend: Decimal) -> Decimal:
    """Add the dividend to a buy entry, as far as one entry may grow."""
    if sharing.dust_most_pct > ZERO:
        dividend = min(dividend, amount * sharing.dust_most_pct / HUNDRED)
    return amount + dividend


def resting_entries(slots: Iterable[Slot]) -> int:
    """Count the entries that rest."""
    return sum(one.role is ENTRY for one in resting(slots))

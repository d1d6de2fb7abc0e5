"""Say what an entry of a slot may use: quote in quote sizing, base in base sizing (core 1.10, 3.10).

In base sizing an entry is exactly the size the profile names, whatever the price or the profit,
unless compounding in base units is asked for by its own knob.
"""

from decimal import Decimal

import msgspec

from holdfast.domain.money import ZERO, Instrument
from holdfast.domain.slots import Slot

FLOOR_MARGIN = Decimal("1.01")


class Sizing(msgspec.Struct, frozen=True, kw_only=True):
    """How entries are sized; `amount` is quote, or base where `base_sized`."""

    base_sized: bool
    amount: Decimal
    compounding: bool = False
    floor: bool = False


def entry_amount(sizing: Sizing, slot: Slot, mark: Decimal, instrument: Instrument) -> Decimal:
    """Say what an entry may use; compounding adds what the slot has earned and never takes away."""
    amount = sizing.amount
    if not (sizing.compounding or sizing.floor):
        return amount
    earned = slot.net_profit
    if sizing.compounding and earned > ZERO:
        amount += earned / mark if sizing.base_sized else earned
    if sizing.floor and not sizing.base_sized:
        least = instrument.min_base * mark * FLOOR_MARGIN
        if amount < least:
            return least
    return amount

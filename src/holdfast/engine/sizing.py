"""Say what an entry of a slot may use: quote in quote sizing, base in base sizing (core 1.10, 3.10).

In base sizing an entry is exactly the size the profile names, whatever the price or the profit,
unless compounding in base units is asked for by its own knob.
"""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from holdfast.domain.money import ZERO, Instrument
from holdfast.domain.slots import LegName, Slot
from holdfast.engine.allocation import Funds
from holdfast.engine.shaping import Shaping, shaped

FLOOR_MARGIN = Decimal("1.01")
ONE = Decimal(1)


class Sizing(msgspec.Struct, frozen=True, kw_only=True):
    """How entries are sized; `amount` is quote, or base where `base_sized`."""

    base_sized: bool
    amount: Decimal
    compounding: bool = False
    floor: bool = False
    shaping: Shaping | None = None


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


def sized(
    sizing: Sizing,
    slot: Slot,
    leg: LegName,
    mark: Decimal,
    instrument: Instrument,
    funds: Funds,
    multiple: Decimal = ONE,
) -> Decimal:
    """Say what an entry may use where it is shaped or multiplied; the floor comes last (core 3.10)."""
    if sizing.base_sized:
        return entry_amount(sizing, slot, mark, instrument)
    plain = entry_amount(replace(sizing, floor=False), slot, mark, instrument)
    if sizing.shaping is not None:
        plain = shaped(sizing.shaping, leg, sizing.amount, plain, funds, mark)
    return floored(sizing, plain * multiple, mark, instrument)


def floored(sizing: Sizing, amount: Decimal, mark: Decimal, instrument: Instrument) -> Decimal:
    """Lift an amount of quote to what buys the smallest size the venue takes."""
    return max(amount, instrument.min_base * mark * FLOOR_MARGIN) if sizing.floor else amount

"""Say what amounts are and how they are rounded: exact decimals, one module of rounding.

A price is quote per one base, a size an amount of base, a notional an amount of quote. Prices and
sizes are snapped to the instrument's tick and step, half to even, as the recorded behaviour does.
Amounts are exact: sums and products of the desk fit the 50 digits set here for every thread.
"""

import decimal
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import NewType

import msgspec

decimal.DefaultContext.prec = 50
decimal.getcontext().prec = 50

Price = NewType("Price", Decimal)
Base = NewType("Base", Decimal)
Quote = NewType("Quote", Decimal)

ZERO = Decimal(0)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")  # times a cent is a hundredth, exactly, and cheaper than a division
_AVERAGE_STEP = Decimal("1E-12")
_FINEST = Decimal("1E-18")  # what a ledger holds


class Instrument(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What a venue says about one market: its units, smallest steps and fees.

    `min_quote` is the smallest notional, 0 where the venue names none. Fees are percent of notional;
    a fee is rounded half up to `fee_step`.
    """

    symbol: str
    base: str
    quote: str
    price_tick: Decimal
    size_step: Decimal
    min_base: Decimal
    min_quote: Decimal = ZERO
    maker_fee_pct: Decimal
    taker_fee_pct: Decimal
    fee_step: Decimal = Decimal("1E-8")

    @cached_property
    def with_maker_fee(self) -> Decimal:
        """Say what a notional is multiplied by to hold the maker fee too."""
        return (HUNDRED + self.maker_fee_pct) * CENT


def snap_price(price: Decimal, tick: Decimal) -> Price:
    """Round a price to the nearest tick, half to even.

    >>> snap_price(Decimal("0.09980049"), Decimal("0.000001"))
    Decimal('0.099800')
    """
    return Price(price.quantize(tick, ROUND_HALF_EVEN))


def snap_size(size: Decimal, step: Decimal) -> Base:
    """Round a size to the nearest step, half to even.

    >>> snap_size(Decimal("12.5"), Decimal(1))
    Decimal('12')
    """
    return Base(size.quantize(step, ROUND_HALF_EVEN))


def notional(price: Decimal, size: Decimal) -> Quote:
    """Say what `size` costs at `price`, before fees."""
    return Quote(price * size)


def average(cost: Decimal, size: Decimal, price: Decimal | None = None) -> Decimal:
    """Say the mean price of what traded, to twelve decimals where it does not come out even.

    A `price` that all of it traded at is the mean where the cost says so too: it need not be divided.

    >>> average(Decimal(1), Decimal(3)), average(Decimal("0.3"), Decimal(3))
    (Decimal('0.333333333333'), Decimal('0.1'))
    """
    if price is not None and price * size == cost:
        return price
    price = cost / size  # cut at 28 digits it may give cost again, and be rounded all the same
    return price if price == price.quantize(_FINEST) else price.quantize(_AVERAGE_STEP)


def kept(amount: Decimal, step: Decimal) -> Decimal:
    """Round an amount that nobody traded to a step, where it is finer than a ledger can keep.

    >>> kept(Decimal("0.125"), Decimal("0.01")), kept(Decimal("1.25E-19"), Decimal("1E-8"))
    (Decimal('0.125'), Decimal('0E-8'))
    """
    return amount if amount == amount.quantize(_FINEST) else amount.quantize(step, ROUND_HALF_EVEN)


def fee_of(cost: Decimal, rate_pct: Decimal, step: Decimal) -> Quote:
    """Say the fee on a notional, rounded half up to the venue's fee step.

    >>> fee_of(Decimal("1.996"), Decimal("0.25"), Decimal("1E-8"))
    Decimal('0.00499000')
    """
    return Quote((cost * rate_pct * CENT).quantize(step, ROUND_HALF_UP))


def held_for_buy(price: Decimal, size: Decimal, instrument: Instrument) -> Decimal:
    """Say what a resting buy holds back: its notional and the maker fee, rounded up."""
    whole = price * size * instrument.with_maker_fee
    return whole.quantize(instrument.fee_step, ROUND_CEILING)

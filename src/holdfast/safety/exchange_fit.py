"""Refuse caps that no order of a market can meet, once the venue has said what it takes."""

from decimal import ROUND_CEILING, Decimal

from holdfast.config.knob import spell
from holdfast.domain.money import ZERO, Instrument
from holdfast.safety.risk_case import notional_of
from holdfast.safety.risk_policy import RiskPolicy


def smallest_notional(instrument: Instrument, price: Decimal) -> Decimal:
    """Say what the smallest order a venue takes comes to at a price."""
    size = instrument.min_base
    if instrument.min_quote > ZERO and price > ZERO:
        size = max(size, instrument.min_quote / price)
    return notional_of(price, size.quantize(instrument.size_step, ROUND_CEILING))


def unfit(policy: RiskPolicy, instrument: Instrument, price: Decimal) -> str:
    """Say which cap lies below the venue's smallest order; empty where all can be met."""
    least = smallest_notional(instrument, price)
    for name in (
        "max_order_notional_usd",
        "max_symbol_exposure_usd",
        "max_total_exposure_usd",
        "max_open_notional_usd",
    ):
        cap: Decimal = getattr(policy, name)
        if ZERO < cap < least:
            return (
                f"{name} {spell(cap)}: cap below exchange minimum, the smallest order of"
                f" {instrument.symbol} is {spell(instrument.min_base)} {instrument.base} or"
                f" {spell(least)} {instrument.quote} at {spell(price)}"
            )
    return ""

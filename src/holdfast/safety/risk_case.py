"""Hold an order beside what judges it, and say how a rule that does not hold is told."""

from collections.abc import Callable
from decimal import ROUND_CEILING, Context, Decimal
from typing import NamedTuple

from holdfast.config.knob import spell
from holdfast.safety.risk_policy import RiskPolicy
from holdfast.safety.risk_request import RiskRequest
from holdfast.safety.risk_state import RiskState

MICRO = Decimal("0.000001")
_UP = Context(prec=60, rounding=ROUND_CEILING)


class Violation(NamedTuple):
    """One rule that does not hold: what it allows, what it saw, and a sentence."""

    limit: str
    observed: str
    message: str


class Case(NamedTuple):
    """An order beside what judges it; `notional` is rounded up."""

    request: RiskRequest
    policy: RiskPolicy
    state: RiskState
    notional: Decimal


Check = Callable[[Case], Violation | None]


def notional_of(price: Decimal, size: Decimal) -> Decimal:
    """Say what an order comes to, rounded up to a millionth of quote.

    >>> str(notional_of(Decimal("200.00000001"), Decimal(50)))
    '10000.000001'
    """
    return _UP.quantize(_UP.multiply(price, size), MICRO)


def above(what: str, observed: Decimal, limit: Decimal) -> Violation | None:
    """Say that an amount is above its cap."""
    if observed <= limit:
        return None
    text = f"{what} would be {spell(observed)}, the cap is {spell(limit)}"
    return Violation(spell(limit), spell(observed), text)

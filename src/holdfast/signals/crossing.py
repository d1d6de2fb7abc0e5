"""Round a float once, where it leaves the room of floats."""

from decimal import Decimal
from math import isfinite

PLACES = 4


def crossed(value: float, places: int = PLACES) -> Decimal:
    """Return a float as a decimal of so many places; one that is no number crosses as 0.

    >>> crossed(84.72834999), crossed(float("nan")), crossed(-0.00001)
    (Decimal('84.7283'), Decimal('0'), Decimal('0'))
    """
    if not isfinite(value):
        return Decimal(0)
    found = Decimal(f"{value:.{places}f}")
    return found.normalize() + 0 if found else Decimal(0)

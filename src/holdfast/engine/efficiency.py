"""Say how straight prices ran: the labelled fallback for a trend strength (core 3.8).

It spans as many prices as it is given, minutes rather than an hour: it is shown beside the real ADX and
opens no gate.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from holdfast.domain.money import HUNDRED, ZERO

PRICES = 15


def efficiency(prices: Sequence[Decimal]) -> Decimal:
    """Say the net move of the last prices in percent of all their steps; 0 of too few, or of none.

    >>> efficiency([Decimal(price) for price in range(1, 16)])
    Decimal('100')
    >>> efficiency([Decimal(1)] * 14)
    Decimal('0')
    """
    last = list(prices)[-PRICES:]
    if len(last) < PRICES:
        return ZERO
    steps = sum((abs(after - before) for before, after in pairwise(last)), ZERO)
    return abs(last[-1] - last[0]) * HUNDRED / steps if steps > ZERO else ZERO

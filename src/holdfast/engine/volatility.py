"""Say how far exits rest from their entry when the usual move of the market decides (core 5.6).

A target is a multiple of the plain one, never nearer than the fees, never farther than the ceiling.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

import msgspec

from holdfast.domain.money import HUNDRED, ZERO

LEAST_POINTS, MOST_POINTS = 12, 180
BOTH_WAYS = Decimal(2)
SMALLEST_MARGIN = Decimal("0.1")
_PLACES = Decimal("0.0001")


class VolatilityTarget(msgspec.Struct, frozen=True, kw_only=True):
    """The knobs of the target; percentages are plain percent."""

    factor: Decimal = Decimal("0.8")
    floor: Decimal = ZERO
    ceiling: Decimal = Decimal(3)
    mult_floor: Decimal = Decimal("0.5")
    mult_ceiling: Decimal = Decimal(2)
    min_change: Decimal = ZERO


def usual_move(prices: Sequence[Decimal]) -> Decimal | None:
    """Say the median move between two looks in percent; None while there are too few of them."""
    seen = [price for price in prices[-MOST_POINTS:] if price > ZERO]
    if len(seen) < LEAST_POINTS:
        return None
    moves = sorted(abs(b - a) * HUNDRED / a for a, b in pairwise(seen))
    middle = len(moves) // 2
    return moves[middle] if len(moves) % 2 else (moves[middle - 1] + moves[middle]) / 2


def profit_target(
    knobs: VolatilityTarget, base: Decimal, move: Decimal | None, maker_fee_pct: Decimal
) -> Decimal:
    """Say the profit target in percent, in steps of the smallest change away from the plain one.

    >>> [str(profit_target(VolatilityTarget(), Decimal(1), Decimal(m), Decimal("0.25")))
    ...  for m in ("0", "0.5", "0.7", "1.0", "1.5")]
    ['0.6000', '0.8000', '1.1200', '1.6000', '2.0000']
    """
    if move is None or base <= ZERO:
        return base
    wanted = move * BOTH_WAYS * knobs.factor
    wanted = min(max(wanted, base * knobs.mult_floor), base * knobs.mult_ceiling)
    least = max(BOTH_WAYS * maker_fee_pct + SMALLEST_MARGIN, knobs.floor)
    wanted = max(min(wanted, knobs.ceiling), least)
    if knobs.min_change > ZERO:
        steps = ((wanted - base) / knobs.min_change).to_integral_value(ROUND_HALF_EVEN)
        wanted = max(base + steps * knobs.min_change, least)
    return wanted.quantize(_PLACES, ROUND_HALF_EVEN)

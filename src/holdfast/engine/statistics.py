"""Say what is usual of a list of numbers and what is late, exactly."""

from collections.abc import Sequence
from decimal import Decimal

LATE_PCT = 95


def median_and_late(numbers: Sequence[Decimal]) -> tuple[Decimal | None, Decimal | None]:
    """Say the median and the 95th percentile; None of nothing.

    >>> median_and_late([Decimal(3), Decimal(1), Decimal(2), Decimal(9)])
    (Decimal('2.5'), Decimal('9'))
    """
    if not numbers:
        return None, None
    ordered = sorted(numbers)
    late, middle = -(-len(ordered) * LATE_PCT // 100) - 1, len(ordered) // 2
    usual = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return usual, ordered[late]

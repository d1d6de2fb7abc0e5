"""Hold amounts to what the ledger's columns can store: DECIMAL(38,18), exactly or not at all."""

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import get_type_hints

from holdfast.domain.bookkeeping import Note
from holdfast.domain.errors import LedgerError
from holdfast.domain.events import Event

SMALLEST = Decimal("1E-18")
LIMIT = Decimal(10) ** 20


def fits(value: Decimal) -> bool:
    """Say whether a value can be stored without losing anything.

    >>> fits(Decimal("0.1")), fits(Decimal("1E-19")), fits(Decimal("NaN"))
    (True, False, False)
    """
    try:
        return value.quantize(SMALLEST) == value and -LIMIT < value < LIMIT
    except InvalidOperation:
        return False


def check_amounts(entry: Event | Note) -> None:
    """Raise LedgerError for an entry with an amount that the ledger cannot store exactly."""
    for name in _amount_fields(type(entry)):
        value = getattr(entry, name)
        if value is not None and not fits(value):
            raise LedgerError(
                f"{type(entry).__name__}.{name} = {value} does not fit DECIMAL(38,18) exactly; "
                "nothing was written: snap the amount before it is booked"
            )


@cache
def _amount_fields(kind: type) -> tuple[str, ...]:
    hints = get_type_hints(kind)
    return tuple(name for name, hint in hints.items() if hint in (Decimal, Decimal | None))

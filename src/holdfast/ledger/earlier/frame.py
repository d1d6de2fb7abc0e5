"""Say what a ledger takes in: the rules of its profile, its room, and the market it goes on in."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from holdfast.engine.rules import Rules


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What a saved state is judged and carried over by; `at` is the market time of the import.

    `balances` is what the account holds, `mark` the first price of its market.
    """

    rules: Rules
    at: int
    mark: Decimal
    balances: Mapping[str, Decimal]
    slots: int
    order_cap: int
    recoveries: bool

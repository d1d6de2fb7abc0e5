"""Say what an order asks for, in the words the policy is written in."""

from decimal import Decimal
from typing import Literal

import msgspec

from holdfast.domain.money import ZERO


class RiskRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One order, or one change of a resting one, before it is decided.

    `held` is what a reducing order may close at most, in base. `replaces` is the notional of the
    order a change takes the place of. Times are microseconds UTC of the state's clock; `signal_at`
    is None where no signal from outside asked for the order. `cost` is what a buy holds back of
    quote, fee included; the notional where it is not said.
    """

    env: str
    symbol: str
    side: str
    role: Literal["entry", "exit"]
    price: Decimal
    size: Decimal
    price_at: int
    leverage: Decimal = Decimal(1)
    action: Literal["place", "amend"] = "place"
    held: Decimal = ZERO
    replaces: Decimal = ZERO
    cost: Decimal | None = None
    signal_at: int | None = None

    @property
    def reduces(self) -> bool:
        """Say whether it closes what is open already."""
        return self.role == "exit"

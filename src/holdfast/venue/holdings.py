"""Keep what the paper account owns of each asset: free, and held back by resting orders.

Rules: its own arithmetic, from the published rules of spot venues. A resting buy holds its notional
with the maker fee, rounded up to the fee step; a resting sell holds the base still to be sold. A fee
is rounded half up to the fee step at each execution.
"""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from holdfast.domain.money import Instrument
from holdfast.domain.observations import Execution
from holdfast.venue.port import Balance

NOTHING = Decimal(0)
WHOLE = Decimal(100)


class Holdings:
    """The balances of one account on one market."""

    __slots__ = (
        "_base",
        "_fee_rate",
        "_fee_step",
        "_others",
        "_quote",
        "_taker_rate",
        "_with_fee",
        "base_free",
        "base_held",
        "quote_free",
        "quote_held",
    )

    def __init__(self, instrument: Instrument, assets: dict[str, Balance]) -> None:
        self._base = instrument.base
        self._quote = instrument.quote
        self._fee_step = instrument.fee_step
        self._fee_rate = instrument.maker_fee_pct / WHOLE
        self._with_fee = 1 + self._fee_rate
        self._taker_rate = instrument.taker_fee_pct / WHOLE
        none = Balance(NOTHING, NOTHING)
        base, quote = assets.get(self._base, none), assets.get(self._quote, none)
        self.base_free, self.base_held = base.free, base.held
        self.quote_free, self.quote_held = quote.free, quote.held
        own = (self._base, self._quote)
        self._others = {asset: rest for asset, rest in assets.items() if asset not in own}

    def needed(self, price: Decimal, left: Decimal, buys: bool, takes: bool = False) -> Decimal:
        """Say what an order with `left` still to trade holds back."""
        if not buys:
            return left
        with_fee = 1 + self._taker_rate if takes else self._with_fee
        return (price * left * with_fee).quantize(self._fee_step, ROUND_CEILING)

    def fee(self, cost: Decimal, takes: bool = False) -> Decimal:
        """Say the fee on a notional: the maker's, or the taker's of an order that takes."""
        rate = self._taker_rate if takes else self._fee_rate
        return (cost * rate).quantize(self._fee_step, ROUND_HALF_UP)

    def free(self, *, buys: bool) -> Decimal:
        """Say what is free of the asset an order on this side holds back."""
        return self.quote_free if buys else self.base_free

    def hold(self, amount: Decimal, *, buys: bool) -> None:
        """Move an amount from free to held, or back where it is negative."""
        if buys:
            self.quote_free -= amount
            self.quote_held += amount
        else:
            self.base_free -= amount
            self.base_held += amount

    def book(self, execution: Execution, released: Decimal, buys: bool) -> None:
        """Book one execution: a buy spends its notional and fee, a sell receives it less the fee."""
        if buys:
            self.quote_held -= released
            self.quote_free += released - execution.cost - execution.fee
            self.base_free += execution.size
        else:
            self.base_held -= released
            self.base_free += released - execution.size
            self.quote_free += execution.cost - execution.fee

    def balances(self) -> dict[str, Balance]:
        """Say what the account holds, per asset."""
        return {
            self._base: Balance(self.base_free, self.base_held),
            self._quote: Balance(self.quote_free, self.quote_held),
            **self._others,
        }

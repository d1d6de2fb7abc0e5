"""Say what the desk knows when an order is judged."""

from decimal import Decimal

import msgspec

from holdfast.domain.money import ZERO


class RiskState(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one moment; money is quote, `at` microseconds UTC.

    Exposure is the notional of open entries and the inventory above the base the desk began with.
    `open_notional` counts every open order, exits too. `minute_orders` counts entries placed in the
    last minute, `day_orders` those of the UTC day. Losses are sums of losing cycles, never offset.
    `total_exposure` is None while the account's other desks cannot be asked. `venue_leverage` is 1 on a spot venue. A peak of 0 is not known yet.
    """

    at: int
    env: str
    symbol: str
    mode: str
    mid: Decimal
    symbol_exposure: Decimal = ZERO
    total_exposure: Decimal | None = ZERO
    open_notional: Decimal = ZERO
    open_orders: int = 0
    minute_orders: int = 0
    day_orders: int = 0
    day_loss: Decimal = ZERO
    total_loss: Decimal = ZERO
    equity: Decimal = ZERO
    peak_equity: Decimal = ZERO
    free_quote: Decimal = ZERO
    free_base: Decimal = ZERO
    min_base: Decimal = ZERO
    min_quote: Decimal = ZERO
    venue_leverage: Decimal = Decimal(1)

    @property
    def drawdown_pct(self) -> Decimal:
        """Say how far equity is below its peak, in percent."""
        if self.peak_equity <= ZERO or self.equity >= self.peak_equity:
            return ZERO
        return (self.peak_equity - self.equity) * 100 / self.peak_equity

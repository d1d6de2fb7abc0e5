"""Stand between a desk and its exchange: count failures, and tell every execution once.

A look that fails is no look: the desk sees nothing new and its price grows stale. So many failures in
a row put `api_errors` up, which a person takes down once the venue answers again.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec.structs import replace

from holdfast.desk.desk import Desk
from holdfast.desk.exchange.booked import Booked
from holdfast.desk.holds import put_up
from holdfast.domain.errors import VenueUnavailable
from holdfast.domain.intents import CancelOrder, PlaceOrder, RepriceOrder
from holdfast.domain.market import Candle
from holdfast.domain.money import Instrument
from holdfast.domain.observations import Execution, Observation, Receipt
from holdfast.telemetry import log
from holdfast.venue.port import Balance, Exchange, VenueOrder, Watch


class Watchful:
    """An exchange as a desk's tick sees it."""

    endless = True

    def __init__(self, inner: Exchange, booked: Booked, most_errors: int) -> None:
        self.inner = inner
        self.instrument: Instrument = inner.instrument
        self._booked = booked
        self.most_errors = most_errors
        self.errors = 0
        self.last_error = ""

    def observe(self, watch: Watch) -> Iterator[Observation]:
        """Look once; a failure shows nothing."""
        try:
            seen = list(self.inner.observe(watch))
        except VenueUnavailable as error:
            self.errors += 1
            self.last_error = str(error)
            log.warning(f"the venue did not answer ({self.errors} in a row): {error}")
            return
        self.errors = 0
        for one in seen:
            yield replace(one, executions=tuple(self._booked.new(one.executions)))

    def hold_after_errors(self, desk: Desk) -> None:
        """Put the hold up once too many looks in a row have failed."""
        if self.errors >= self.most_errors and "api_errors" not in desk.books.holds:
            put_up(desk, "api_errors", self._failures())

    def keeps(self, name: str) -> str:
        """Say why the hold must stand; empty where the last look was answered."""
        return self._failures() if name == "api_errors" and self.errors else ""

    def _failures(self) -> str:
        return f"{self.errors} failures in a row: {self.last_error}"

    def place(self, order: PlaceOrder) -> Receipt:
        """Rest an order."""
        return self.inner.place(order)

    def reprice(self, change: RepriceOrder) -> Receipt:
        """Move an order."""
        return self.inner.reprice(change)

    def cancel(self, order: CancelOrder) -> Receipt:
        """Ask for an order's end."""
        return self.inner.cancel(order)

    def open_orders(self) -> Sequence[VenueOrder]:
        """List what rests."""
        return self.inner.open_orders()

    def order(self, client_order_id: str) -> VenueOrder | None:
        """Look one order up."""
        return self.inner.order(client_order_id)

    def executions(self, after: int) -> Sequence[tuple[int, Execution]]:
        """List executions."""
        return self.inner.executions(after)

    def balances(self) -> dict[str, Balance]:
        """Say what the account holds."""
        return self.inner.balances()

    def candle(self) -> Candle | None:
        """Return no candle: a poll is not one."""
        return None

    def close(self) -> None:
        """Let go."""
        self.inner.close()


def worth(balances: dict[str, Balance], base: str, quote: str, price: Decimal) -> Decimal:
    """Say what an account is worth in quote at a price."""
    nothing = Balance(Decimal(0), Decimal(0))
    held, money = balances.get(base, nothing), balances.get(quote, nothing)
    return (held.free + held.held) * price + money.free + money.held

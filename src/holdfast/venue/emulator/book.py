"""Match resting orders against the price, in the order the exchange would.

Rules: a resting order trades at its own limit as a maker when the price touches or passes it; best
price first, then the earlier one, buys before sells; the resting orders of a pair share what a
candle's volume gives. A taker trades whole at the touch.
"""

from collections.abc import Iterator
from decimal import Decimal

from holdfast.venue.emulator.listing import BY_PAIR, Pair
from holdfast.venue.emulator.state import Budget, Order, State


class Book:
    """The open orders of every pair, quick to ask whether a price reaches any."""

    def __init__(self, state: State) -> None:
        self._open: dict[str, dict[str, Order]] = {name: {} for name in BY_PAIR}
        self._best: dict[str, tuple[Decimal | None, Decimal | None]] = {}
        self._timed: dict[str, Order] = {}
        self.by_client: dict[str, Order] = {}
        for order in state.orders.values():
            if order.status == "open":
                self.add(order)

    def add(self, order: Order) -> None:
        """Rest an order."""
        self._open[order.pair][order.txid] = order
        if order.cl_ord_id is not None:
            self.by_client[order.cl_ord_id] = order
        if order.expires:
            self._timed[order.txid] = order
        self.moved(order.pair)

    def remove(self, order: Order) -> None:
        """Take an order off."""
        del self._open[order.pair][order.txid]
        self._timed.pop(order.txid, None)
        if order.cl_ord_id is not None:
            del self.by_client[order.cl_ord_id]
        self.moved(order.pair)

    def moved(self, pair: str) -> None:
        """Forget the best prices of a pair: an order of it changed."""
        self._best.pop(pair, None)

    def orders(self, pair: str) -> list[Order]:
        """List what rests of a pair, oldest first."""
        return list(self._open[pair].values())

    def everything(self) -> Iterator[Order]:
        """List what rests, pair by pair."""
        for orders in self._open.values():
            yield from orders.values()

    def count(self, pair: str) -> int:
        """Say how many orders of a pair rest."""
        return len(self._open[pair])

    def busy(self) -> list[str]:
        """Name the pairs that have orders."""
        return [pair for pair, orders in self._open.items() if orders]

    def next_expiry(self) -> int:
        """Say when the next order expires, 0 for never."""
        return min((order.expires for order in self._timed.values()), default=0)

    def expired(self, now: int) -> list[Order]:
        """List what has expired by now, in order."""
        found = [order for order in self._timed.values() if order.expires <= now]
        return sorted(found, key=lambda order: (order.expires, order.rank))

    def reached(self, pair: str, price: Decimal) -> list[Order]:
        """List the orders a price touches or passes, in the order they trade."""
        buy, sell = self._bests(pair)
        if (buy is None or buy < price) and (sell is None or sell > price):
            return []
        orders = self._open[pair].values()
        buys = [one for one in orders if one.buys and one.price >= price]
        sells = [one for one in orders if not one.buys and one.price <= price]
        return [
            *sorted(buys, key=lambda one: (-one.price, one.rank)),
            *sorted(sells, key=lambda one: (one.price, one.rank)),
        ]

    def _bests(self, pair: str) -> tuple[Decimal | None, Decimal | None]:
        found = self._best.get(pair)
        if found is None:
            orders = self._open[pair].values()
            found = (
                max((one.price for one in orders if one.buys), default=None),
                min((one.price for one in orders if not one.buys), default=None),
            )
            self._best[pair] = found
        return found


def share(budget: Budget, candle: int, most: Decimal, left: Decimal, pair: Pair) -> Decimal:
    """Take what an order may trade from a candle's budget, in whole lots."""
    if budget.candle != candle:
        budget.candle, budget.used = candle, most - most
    vol = min(left, (most - budget.used) // pair.lot * pair.lot)
    budget.used += vol
    return vol

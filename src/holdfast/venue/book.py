"""Keep resting orders in price-time order: one ladder a side, the best order last.

Rules: a ladder's `best` is the price the market has to reach next; an empty ladder's is out of reach.
"""

from bisect import bisect_left
from decimal import Decimal

import msgspec

NEVER_DOWN = Decimal("-Infinity")
NEVER_UP = Decimal("Infinity")


class Resting(msgspec.Struct, gc=False):
    """An order of ours as the venue keeps it, open or closed; `hold` is what it holds back.

    One that `takes` trades at the next look as a taker, and is gone after it.
    """

    client_order_id: str
    buys: bool
    price: Decimal
    size: Decimal
    left: Decimal
    hold: Decimal
    rank: int
    revision: int = 0
    status: str = "open"
    takes: bool = False


class Ladder:
    """The resting orders of one side, sorted so that the next to trade is the last.

    Beside the orders stand their prices, negated where the lowest is the best: a plain list of
    decimals is searched without a call for each look.
    """

    __slots__ = ("_buys", "_keys", "_orders", "_out_of_reach", "best")

    def __init__(self, *, buys: bool) -> None:
        self._buys = buys
        self._out_of_reach = NEVER_DOWN if buys else NEVER_UP
        self._keys: list[Decimal] = []
        self._orders: list[Resting] = []
        self.best = self._out_of_reach

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, order: Resting) -> None:
        """Rest an order behind those of its price, all of which came before."""
        keys, price = self._keys, order.price
        key = price if self._buys else -price
        place = bisect_left(keys, key)
        if place == len(keys):
            self.best = price
        keys.insert(place, key)
        self._orders.insert(place, order)

    def next(self) -> Resting:
        """Return the order that trades first."""
        return self._orders[-1]

    def pop(self) -> Resting:
        """Take the order that trades first off the ladder."""
        orders = self._orders
        order = orders.pop()
        self._keys.pop()
        self.best = orders[-1].price if orders else self._out_of_reach
        return order

    def remove(self, order: Resting) -> None:
        """Take any order off the ladder."""
        orders = self._orders
        place = bisect_left(self._keys, order.price if self._buys else -order.price)
        while orders[place] is not order:
            place += 1
        del self._keys[place], orders[place]
        self.best = orders[-1].price if orders else self._out_of_reach

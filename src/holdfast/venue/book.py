"""Keep resting orders in price-time order: one ladder a side, the best order last.

Rules: a ladder's `best` is the price the market has to reach next; an empty ladder's is out of reach.
"""

from bisect import bisect_left, insort
from decimal import Decimal

import msgspec

NEVER_DOWN = Decimal("-Infinity")
NEVER_UP = Decimal("Infinity")
INFINITE = float("inf")
RANK_BITS = 48
SLACK = 1e-9  # far more than floats of prices err, far less than a tick


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

    An order's key is one integer, its price in ticks and then its rank: comparing integers is
    several times faster than comparing pairs of decimals.
    """

    __slots__ = ("_keys", "_near_tick", "_orders", "_out_of_reach", "_sign", "_tick", "best")

    def __init__(self, tick: Decimal, *, buys: bool) -> None:
        self._tick = tick
        self._sign = 1 if buys else -1
        self._near_tick = float(tick) * (1 + self._sign * SLACK)
        self._out_of_reach = NEVER_DOWN if buys else NEVER_UP
        self._keys: list[int] = []
        self._orders: dict[int, Resting] = {}
        self.best = self._out_of_reach

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, order: Resting) -> None:
        """Rest an order behind those of its price that came before."""
        keys, price = self._keys, order.price
        key = (int(price // self._tick) * self._sign << RANK_BITS) - order.rank
        insort(keys, key)
        self._orders[key] = order
        if keys[-1] == key:
            self.best = price

    def next(self) -> Resting:
        """Return the order that trades first."""
        return self._orders[self._keys[-1]]

    def pop(self) -> Resting:
        """Take the order that trades first off the ladder."""
        keys, orders = self._keys, self._orders
        order = orders.pop(keys.pop())
        self.best = orders[keys[-1]].price if keys else self._out_of_reach
        return order

    def near(self) -> float:
        """Say the best price as a float that the market surely reaches no later than it."""
        if not self._keys:
            return self._sign * -INFINITE
        ticks = -(-self._keys[-1] >> RANK_BITS)  # the rank only lowers a key
        return ticks * self._sign * self._near_tick

    def remove(self, order: Resting) -> None:
        """Take any order off the ladder."""
        keys, orders = self._keys, self._orders
        if orders[keys[-1]] is order:
            self.pop()
            return
        key = (int(order.price // self._tick) * self._sign << RANK_BITS) - order.rank
        del keys[bisect_left(keys, key)], orders[key]

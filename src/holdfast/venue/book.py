"""Keep resting orders in price-time order: one ladder a side, the best order last.

Rules: a ladder's `best` is the price the market has to reach next; an empty ladder's is out of reach.
"""

from bisect import bisect_left, insort
from decimal import Decimal

import msgspec

NEVER_DOWN = Decimal("-Infinity")
NEVER_UP = Decimal("Infinity")


class Resting(msgspec.Struct):
    """An order of ours as the venue keeps it, open or closed; `hold` is what it holds back."""

    client_order_id: str
    buys: bool
    price: Decimal
    size: Decimal
    left: Decimal
    hold: Decimal
    rank: int
    revision: int = 0
    status: str = "open"


class Ladder:
    """The resting orders of one side, sorted so that the next to trade is the last."""

    __slots__ = ("_entries", "_out_of_reach", "_sign", "best")

    def __init__(self, *, buys: bool) -> None:
        self._sign = 1 if buys else -1
        self._out_of_reach = NEVER_DOWN if buys else NEVER_UP
        self._entries: list[tuple[Decimal, int, Resting]] = []
        self.best = self._out_of_reach

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, order: Resting) -> None:
        """Rest an order behind those of its price that came before."""
        entries = self._entries
        insort(entries, (order.price * self._sign, -order.rank, order))
        self.best = entries[-1][2].price

    def next(self) -> Resting:
        """Return the order that trades first."""
        return self._entries[-1][2]

    def remove(self, order: Resting) -> None:
        """Take any order off the ladder."""
        entries = self._entries
        if entries[-1][2] is order:
            entries.pop()
        else:
            # Ranks are unique, so the order itself is never compared.
            del entries[bisect_left(entries, (order.price * self._sign, -order.rank, order))]
        self.best = entries[-1][2].price if entries else self._out_of_reach

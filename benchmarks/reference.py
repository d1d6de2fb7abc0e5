"""Trade the grid with two plain loops, whose fills say how often any faithful engine must fill.

Rules: no numpy inside the loops and nothing shared between them: the ladder keeps two heaps and looks
only at their tops, the scan looks at every order at every price; they must agree. At each price the
orders resting before it are matched first, and what is then placed rests from the next price on.
Prices are unrounded, or snapped to the price tick away from harm (a buy down, a sell up) as a venue
demands: over weeks the two part by a few fills, so an engine may be held to either.
"""

import heapq
import math
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.workload import (
    MAKER_FEE,
    PRICE_TICK,
    PROFIT,
    SIZE,
    Candles,
    offsets,
    path_prices,
)

NOISE = 1e-6


class Order(NamedTuple):
    """A resting order; `entry` is the price its exit is measured from, zero for an entry."""

    buys: bool
    price: float
    slot: int
    buys_first: bool
    entry: float


@dataclass(slots=True)
class Book:
    """What a loop has done so far: orders placed, fills, profit before fees, and fees."""

    offsets: list[float]
    snapped: bool = False
    placed: int = 0
    fills: int = 0
    profit: float = 0.0
    fees: float = 0.0

    def opening_orders(self, price: float) -> list[Order]:
        """Give every leg of every slot its first entry around one price."""
        slots = range(len(self.offsets))
        return [self._entry(slot, leg, price) for slot in slots for leg in (True, False)]

    def fill(self, order: Order, price: float) -> Order:
        """Book a fill at the order's own price and give the leg's next order, with the market at `price`."""
        self.fills += 1
        self.fees += order.price * SIZE * MAKER_FEE
        if order.entry:
            gain = order.price - order.entry
            self.profit += (gain if order.buys_first else -gain) * SIZE
            return self._entry(order.slot, order.buys_first, price)
        factor = 1 + PROFIT if order.buys_first else 1 - PROFIT
        slot, buys_first, entry = order.slot, order.buys_first, order.price
        return self._place(Order(not order.buys, entry * factor, slot, buys_first, entry))

    def _entry(self, slot: int, buys_first: bool, price: float) -> Order:
        factor = 1 - self.offsets[slot] if buys_first else 1 + self.offsets[slot]
        return self._place(Order(buys_first, price * factor, slot, buys_first, 0.0))

    def _place(self, order: Order) -> Order:
        self.placed += 1
        if not self.snapped:
            return order
        ticks = order.price / PRICE_TICK
        whole = math.floor(ticks + NOISE) if order.buys else math.ceil(ticks - NOISE)
        return order._replace(price=whole * PRICE_TICK)


def ladder(candles: Candles, slots: int, *, snapped: bool = False) -> Book:
    """Trade the grid with one heap a side."""
    book = Book(offsets(slots).tolist(), snapped)
    buys: list[tuple[float, int, Order]] = []
    sells: list[tuple[float, int, Order]] = []

    def rest(order: Order) -> None:
        key = -order.price if order.buys else order.price
        heapq.heappush(buys if order.buys else sells, (key, book.placed, order))

    prices = path_prices(candles).ravel().tolist()
    for order in book.opening_orders(prices[0]):
        rest(order)
    for price in prices:
        hit: list[Order] = []
        while buys and -buys[0][0] >= price:
            hit.append(heapq.heappop(buys)[2])
        while sells and sells[0][0] <= price:
            hit.append(heapq.heappop(sells)[2])
        for order in hit:
            rest(book.fill(order, price))
    return book


def scan(candles: Candles, slots: int, *, snapped: bool = False) -> Book:
    """Trade the grid by looking at every order at every price."""
    book = Book(offsets(slots).tolist(), snapped)
    prices = path_prices(candles).ravel().tolist()
    resting = book.opening_orders(prices[0])
    for price in prices:
        for place, order in enumerate(resting):
            if price <= order.price if order.buys else price >= order.price:
                resting[place] = book.fill(order, price)
    return book

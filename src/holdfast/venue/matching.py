"""Match resting limit orders against a price, and keep orders, executions and balances.

Rules: every order is a maker and trades at its own limit; best price first, then the earlier one;
buys before sells where one price reaches both. What is asked is judged before it is applied, and the
same `apply_*` functions follow a live venue and a journal. Closed orders and executions are kept for
a window of the last `KEPT`, so that a venue does not grow without bound.
"""

from copy import copy
from decimal import Decimal

from holdfast.domain.errors import VenueUnavailable
from holdfast.domain.money import Instrument
from holdfast.domain.observations import End, Execution
from holdfast.venue.book import Ladder, Resting
from holdfast.venue.ends import Ends
from holdfast.venue.holdings import NOTHING, Holdings
from holdfast.venue.port import Balance, VenueOrder
from holdfast.venue.records import Canceled, Cursor, Placed, Repriced, Snapshot, Traded

KEPT = 10_000
MOST = 2 * KEPT


class Matching:
    """The order book of one account on one market."""

    def __init__(
        self, instrument: Instrument, balances: dict[str, Balance], open_order_cap: int | None
    ) -> None:
        self.instrument = instrument
        self.holdings = Holdings(instrument, balances)
        self.bids = Ladder(buys=True)
        self.asks = Ladder(buys=False)
        self.live: dict[str, Resting] = {}
        self.closed: dict[str, Resting] = {}
        self.executions: list[tuple[int, Execution]] = []
        self.ends = Ends()
        self.taking: dict[str, None] = {}  # orders that will not outlive the next look
        self.fills = 0
        self.ranks = 0
        self.kept_from = 0
        self._cap = open_order_cap
        self._tick = instrument.price_tick
        self._step = instrument.size_step
        self._least = max(instrument.min_base, instrument.size_step)
        self._least_cost = instrument.min_quote

    def find(self, client_order_id: str) -> Resting | None:
        """Look an order up, open or closed."""
        return self.live.get(client_order_id) or self.closed.get(client_order_id)

    def refusal(
        self, price: Decimal, size: Decimal, mark: Decimal | None, buys: bool, takes: bool = False
    ) -> str:
        """Say why an order cannot rest, whatever the funds; empty where it can."""
        if price % self._tick or price <= NOTHING:
            return "price_tick"
        if size % self._step:
            return "size_step"
        if size < self._least:  # a multiple of the step below one step is nothing
            return "min_size"
        if self._least_cost and price * size < self._least_cost:
            return "min_cost"
        if not takes and mark is not None and (price >= mark if buys else price <= mark):
            return "post_only"
        return ""

    def unfunded(self, hold: Decimal, buys: bool) -> str:
        """Say why the account takes no further order that holds so much; empty where it does."""
        if self._cap is not None and len(self.live) >= self._cap:
            return "open_order_cap"
        holdings = self.holdings
        if hold > (holdings.quote_free if buys else holdings.base_free):
            return "insufficient_funds"
        return ""

    def apply_place(self, record: Placed) -> None:
        """Rest a new order."""
        name = record.client_order_id
        self.rest(name, record.price, record.size, record.hold, record.buys)
        if record.takes:
            self.live[name].takes = True
            self.taking[name] = None

    def rest(
        self, client_order_id: str, price: Decimal, size: Decimal, hold: Decimal, buys: bool
    ) -> None:
        """Rest a new order behind all others of its price."""
        self.ranks = rank = self.ranks + 1
        order = Resting(client_order_id, buys, price, size, size, hold, rank)
        holdings = self.holdings  # they move here: a call less for each order
        self.live[client_order_id] = order
        if buys:
            holdings.quote_free -= hold
            holdings.quote_held += hold
            self.bids.add(order)
        else:
            holdings.base_free -= hold
            holdings.base_held += hold
            self.asks.add(order)

    def apply_reprice(self, record: Repriced) -> None:
        """Move an order; it goes behind all others of its new price."""
        order = self._open(record.client_order_id)
        ladder = self.bids if order.buys else self.asks
        ladder.remove(order)
        self.holdings.hold(record.hold - order.hold, buys=order.buys)
        self.ranks += 1
        order.left += record.size - order.size
        order.price, order.size, order.hold = record.price, record.size, record.hold
        order.revision, order.rank = record.revision, self.ranks
        ladder.add(order)

    def apply_cancel(self, record: Canceled) -> None:
        """Take an order off the book; its end waits to be told."""
        order = self._open(record.client_order_id)
        (self.bids if order.buys else self.asks).remove(order)
        self.holdings.hold(-order.hold, buys=order.buys)
        order.hold = NOTHING
        self._close(order, "canceled")
        self.forget()
        self.ends.add(End(client_order_id=order.client_order_id, status="canceled"))

    def match(self, mark: Decimal, at: int, budget: Decimal | None) -> list[Execution]:
        """Trade what a price reaches, at most `budget` of base where one is given."""
        traded: list[Execution] = []
        bids, asks = self.bids, self.asks
        while True:
            if bids.best >= mark:
                ladder = bids
            elif asks.best <= mark:
                ladder = asks
            else:
                break
            if budget is None:
                traded.append(self._trade(ladder.pop(), at))
                continue
            order = ladder.next()
            if order.left <= budget:
                budget -= order.left
                traded.append(self._trade(ladder.pop(), at))
                continue
            size = budget // self._step * self._step
            if size:
                traded.append(self._trade_part(order, size, at))
            break
        self.forget()
        return traded

    def told(self, execution: Execution) -> Traded:
        """Say of an execution that was just made what the rest of its order still holds back."""
        order = self.live.get(execution.client_order_id)
        return Traded(execution, NOTHING if order is None else order.hold)

    def apply_trade(self, fill: Traded, at: int) -> None:
        """Book one execution: balances, what is left of its order, and its close when whole."""
        order, execution = self._open(fill.execution.client_order_id), fill.execution
        left = order.left - execution.size
        if not left:
            (self.bids if order.buys else self.asks).remove(order)
        self.fills += 1
        self._book(order, execution, left, fill.hold, at)

    def forget(self) -> None:
        """Let go of the oldest executions and closed orders where more than enough are kept."""
        executions, closed = self.executions, self.closed
        if len(executions) > MOST:
            self.kept_from = executions[-KEPT - 1][0] + 1
            del executions[:-KEPT]
        if len(closed) > MOST:
            for old in list(closed)[:KEPT]:
                del closed[old]

    def executions_after(self, at: int) -> list[tuple[int, Execution]]:
        """List executions at or after a market time; refuse where some are no longer kept."""
        if at < self.kept_from:
            raise VenueUnavailable(
                f"executions before market time {self.kept_from} are no longer kept; "
                f"ask for those at or after it"
            )
        first = len(self.executions)
        while first and self.executions[first - 1][0] >= at:
            first -= 1
        return self.executions[first:]

    def snapshot(self, market: str, cursor: Cursor) -> Snapshot:
        """Say everything there is to know, with where the market stands."""
        return Snapshot(
            market=market,
            balances=self.holdings.balances(),
            orders=tuple([copy(order) for order in (*self.closed.values(), *self.live.values())]),
            executions=tuple(self.executions),
            ends=tuple(self.ends.waiting),
            fills=self.fills,
            ranks=self.ranks,
            kept_from=self.kept_from,
            cursor=cursor,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Become what a snapshot says."""
        self.holdings = Holdings(self.instrument, snapshot.balances)
        self.executions = list(snapshot.executions)
        self.ends = Ends(snapshot.ends)
        self.fills, self.ranks = snapshot.fills, snapshot.ranks
        self.kept_from = snapshot.kept_from
        for order in snapshot.orders:
            if order.status != "open":
                self.closed[order.client_order_id] = order
                continue
            self.live[order.client_order_id] = order
            if order.takes:
                self.taking[order.client_order_id] = None
        for order in sorted(self.live.values(), key=lambda one: one.rank):  # as they came to rest
            (self.bids if order.buys else self.asks).add(order)

    def _trade(self, order: Resting, at: int) -> Execution:
        execution = self._executed(order, order.left)
        self.holdings.book(execution, order.hold, order.buys)
        order.hold = order.left = NOTHING
        self.executions.append((at, execution))
        self._close(order, "filled")
        return execution

    def _trade_part(self, order: Resting, size: Decimal, at: int) -> Execution:
        execution, left = self._executed(order, size), order.left - size
        hold = self.holdings.needed(order.price, left, order.buys)
        self._book(order, execution, left, hold, at)
        return execution

    def _executed(self, order: Resting, size: Decimal) -> Execution:
        price, takes = order.price, order.takes
        cost = price * size
        self.fills = number = self.fills + 1
        return Execution(
            order.client_order_id,
            f"p{number}",
            price,
            size,
            cost,
            self.holdings.fee(cost, takes),
            "taker" if takes else "maker",
        )

    def _book(
        self, order: Resting, execution: Execution, left: Decimal, hold: Decimal, at: int
    ) -> None:
        self.holdings.book(execution, order.hold - hold, order.buys)
        order.hold, order.left = hold, left
        self.executions.append((at, execution))
        if not left:
            self._close(order, "filled")

    def _open(self, client_order_id: str) -> Resting:
        return self.live[client_order_id]

    def _close(self, order: Resting, status: str) -> None:
        order.status = status
        if order.takes:
            self.taking.pop(order.client_order_id, None)
        del self.live[order.client_order_id]
        self.closed[order.client_order_id] = order


def described(order: Resting) -> VenueOrder:
    """Say what the venue tells of an order."""
    return VenueOrder(
        client_order_id=order.client_order_id,
        side="buy" if order.buys else "sell",
        price=order.price,
        size=order.size,
        filled=order.size - order.left,
        status=order.status,
        revision=order.revision,
    )

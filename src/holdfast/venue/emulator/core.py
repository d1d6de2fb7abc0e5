"""Run the exchange: walk the market, and place, amend, cancel and fill the account's orders.

Rules: time only rises, and everything that happens by itself (fills, expiries, the dead-man switch)
happens at its own virtual time whenever somebody next looks; a refusal changes nothing; a resting
order meets the price from the step after it was placed.
"""

from collections.abc import Iterator
from decimal import Decimal

from holdfast.venue.emulator import names, refusals
from holdfast.venue.emulator.account import Account, cost_of, fee_of, needed
from holdfast.venue.emulator.book import Book, share
from holdfast.venue.emulator.daily import Day
from holdfast.venue.emulator.limits import Tier
from holdfast.venue.emulator.listing import BY_PAIR, PAIRS, Pair
from holdfast.venue.emulator.paths import QUARTERS, MarketSettings, PricePath
from holdfast.venue.emulator.refusals import Refused
from holdfast.venue.emulator.state import Budget, Order, State, Trade

EXPIRED, USER = "Order expired", "User requested"


class Core:
    """The exchange without its wires."""

    def __init__(self, settings: MarketSettings, state: State, tier: Tier) -> None:
        self.settings = settings
        self.state = state
        self.tier = tier
        self.account = Account(state, settings.seed)
        self.book = Book(state)
        self.paths = {pair.name: PricePath(pair, settings) for pair in PAIRS}
        self.days = {name: Day(path, settings) for name, path in self.paths.items()}
        self.by_trade = {trade.txid: trade for trade in state.trades}
        self.by_client: dict[str, list[Order]] = {}
        for order in state.orders.values():
            self._known(order)

    def advance(self, to: int) -> None:
        """Let everything happen that happens by a time; a time gone by changes nothing."""
        state, settings = self.state, self.settings
        for moment in self._moments(to):
            state.now = moment
            self._timers(moment)
            step = settings.step_at(moment)
            if step >= state.stepped:
                self._match(step)
                state.stepped = step + 1
        state.stepped = max(state.stepped, settings.step_at(to) + 1)
        state.now = max(state.now, to)

    def last(self, pair: Pair, at: int | None = None) -> Decimal:
        """Say what the pair last traded at."""
        return self.paths[pair.name].price(
            self.settings.step_at(self.state.now if at is None else at)
        )

    def touch(self, pair: Pair, at: int | None = None) -> tuple[Decimal, Decimal]:
        """Say the best bid and the best ask, a tick from the last price each."""
        price = self.last(pair, at)
        return max(price - pair.tick, pair.tick), price + pair.tick

    def serial(self) -> int:
        """Draw the next running number."""
        self.state.serial += 1
        return self.state.serial

    def name(self, kind: str) -> str:
        """Name a new thing."""
        return names.txid(self.settings.seed, kind, self.serial())

    def place(self, order: Order) -> None:
        """Take an order: trade what crosses, rest or end what is left."""
        pair, state = BY_PAIR[order.pair], self.state
        bid, ask = self.touch(pair)
        crosses = order.kind == "market" or _crosses(order, order.price, bid, ask)
        if crosses and "post" in order.oflags:
            raise Refused(refusals.POST_ONLY)
        self.account.hold(order, _need(order, pair, ask, taker="post" not in order.oflags))
        state.orders[order.txid] = order
        self._known(order)
        self.book.add(order)
        open_now = self.book.count(pair.name)
        state.high_open[pair.name] = max(state.high_open.get(pair.name, 0), open_now)
        if crosses:
            self.fill(order, order.left, ask if order.buys else bid, maker=False)
        if order.status == "open" and order.tif == "IOC":
            self.end(order, "canceled", "Immediate or cancel")

    def amend(self, order: Order, vol: Decimal, price: Decimal, *, post: bool) -> None:
        """Move an order in place; below what it executed its rest is cancelled."""
        pair = BY_PAIR[order.pair]
        bid, ask = self.touch(pair)
        crosses = _crosses(order, price, bid, ask)
        if crosses and post:
            raise Refused(refusals.POST_ONLY)
        if vol <= order.executed:
            self.end(order, "canceled", USER)
            return
        keeps_place = price == order.price and vol <= order.vol
        before = order.vol, order.price
        order.vol, order.price = vol, price
        try:
            taker = crosses or "post" not in order.oflags
            self.account.hold(order, _need(order, pair, ask, taker=taker))
        except Refused:
            order.vol, order.price = before
            raise
        order.stamped = self.state.now
        if not keeps_place:
            order.rank = self.serial()
        self.book.moved(pair.name)
        if crosses:
            self.fill(order, order.left, ask if order.buys else bid, maker=False)

    def fill(self, order: Order, vol: Decimal, price: Decimal, *, maker: bool) -> Trade:
        """Trade a part of an order, and close it when nothing is left."""
        pair, state = BY_PAIR[order.pair], self.state
        cost = cost_of(pair, price, vol)
        number = len(state.trades)
        trade = Trade(
            txid=names.txid(self.settings.seed, names.TRADE, number),
            number=number + 1,
            order=order.txid,
            pair=order.pair,
            side=order.side,
            kind=order.kind,
            at=state.now,
            price=price,
            vol=vol,
            cost=cost,
            fee=fee_of(pair, cost, maker=maker),
            maker=maker,
        )
        self.account.settle(order, trade)
        self.by_trade[trade.txid] = trade
        if not order.left:
            self.end(order, "closed", None)
        return trade

    def end(self, order: Order, status: str, reason: str | None) -> None:
        """Close an order."""
        self.book.remove(order)
        self.account.release(order)
        order.status, order.reason, order.closed = status, reason, self.state.now
        self.state.closed.append(order.txid)

    def orders_of(self, cl_ord_id: str) -> list[Order]:
        """List every order that ever had a client's id."""
        return self.by_client.get(cl_ord_id, [])

    def _known(self, order: Order) -> None:
        if order.cl_ord_id is not None:
            self.by_client.setdefault(order.cl_ord_id, []).append(order)

    def _moments(self, to: int) -> Iterator[int]:
        state, settings = self.state, self.settings
        while True:
            due = [moment for moment in (state.dead_man, self.book.next_expiry()) if moment]
            if self.book.busy():
                due.append(settings.time_of(state.stepped))
            if not due or min(due) > to:
                return
            yield max(min(due), state.now)

    def _timers(self, now: int) -> None:
        for order in self.book.expired(now):
            self.end(order, "expired", EXPIRED)
        if self.state.dead_man and self.state.dead_man <= now:
            self.state.dead_man = 0
            for order in list(self.book.everything()):
                self.end(order, "canceled", "Cancel all orders after timeout")

    def _match(self, step: int) -> None:
        candle = step // QUARTERS
        for name in self.book.busy():
            path = self.paths[name]
            for order in self.book.reached(name, path.price(step)):
                budget = self.state.budgets.setdefault(name, Budget())
                vol = share(budget, candle, path.budget(candle), order.left, BY_PAIR[name])
                if not vol:
                    break
                self.fill(order, vol, order.price, maker=True)


def _crosses(order: Order, price: Decimal, bid: Decimal, ask: Decimal) -> bool:
    return price >= ask if order.buys else price <= bid


def _need(order: Order, pair: Pair, ask: Decimal, *, taker: bool) -> Decimal:
    if order.kind == "limit" or not order.buys:
        return needed(pair, order, taker=taker)
    cost = cost_of(pair, ask, order.left)
    return cost + fee_of(pair, cost, maker=False)

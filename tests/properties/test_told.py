"""Whatever a venue does and however looks are cut short: each execution is told once, ends come last."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from holdfast.domain.market import MINUTE, SECOND
from holdfast.venue.ccxt_reading import OrderRow, TradeRow
from holdfast.venue.port import Resumed
from holdfast.venue.told import OVERLAP, Memory

SIZE = Decimal(100)
which = st.integers(0, 5)


class Order:
    """One order at the venue of this test."""

    def __init__(self, name, at):
        self.name, self.txid, self.opened = name, f"O-{name}", at
        self.filled, self.status = Decimal(0), "open"

    def row(self):
        return OrderRow(
            client_order_id=self.name,
            venue_order_id=self.txid,
            symbol="DOGE/USD",
            side="buy",
            price=Decimal("0.1"),
            size=SIZE,
            filled=self.filled,
            status=self.status,
            opened=self.opened,
        )


class AVenueAndItsDesk(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.now = 10**15
        self.memory = Memory(self.now)
        self.orders, self.trades = {}, []
        self.told, self.ended = [], []
        self.jumped = 0

    @rule(seconds=st.integers(1, 4000))
    def time_passes(self, seconds):
        self.now += seconds * SECOND

    @rule(answered=st.booleans())
    def the_desk_places(self, answered):
        name = f"a{len(self.orders)}"
        self.memory.expect(name, 0.0)
        order = self.orders[name] = Order(name, self.now)
        if answered:
            self.memory.accepted(name, order.txid)

    @rule(place=which, size=st.sampled_from([10, 40, 100]))
    def an_order_trades(self, place, size):
        order = self._open(place)
        if order is not None:
            part = min(Decimal(size), SIZE - order.filled)
            order.filled += part
            order.status = "filled" if order.filled == SIZE else "open"
            fill_id = f"T{len(self.trades)}"
            price = Decimal("0.1")
            self.trades.append(
                TradeRow(
                    fill_id=fill_id,
                    venue_order_id=order.txid,
                    symbol="DOGE/USD",
                    at=self.now,
                    price=price,
                    size=part,
                    cost=part * price,
                    fee=Decimal(0),
                    liquidity="maker",
                    number=len(self.trades),
                )
            )

    @rule(place=which)
    def an_order_is_cancelled(self, place):
        order = self._open(place)
        if order is not None:
            order.status = "canceled"

    @rule(heard=st.booleans(), late=st.integers(0, 2), shift=st.sampled_from([0, 0, 86_400]))
    def the_desk_looks(self, heard, late, shift):
        self.jumped = max(
            self.jumped, self.now + shift * SECOND
        )  # a clock that errs never goes back
        self._look(heard=heard, late=late, at=self.jumped)

    @rule()
    def a_lost_answer_is_looked_for(self):
        self.memory.hear(
            [one.row() for one in self.orders.values() if one.name in self.memory.live]
        )

    @rule()
    def the_desk_dies_and_takes_up_its_books(self):
        told, size = set(self.told), {}
        for trade in self.trades:
            if trade.fill_id in told:
                name = trade.venue_order_id.removeprefix("O-")
                size[name] = size.get(name, Decimal(0)) + trade.size
        alive = [
            order
            for name, order in self.orders.items()
            if name not in self.ended and size.get(name, Decimal(0)) < SIZE
        ]
        times = [trade.at for trade in self.trades if trade.fill_id in told]
        self.memory = Memory(self.now)
        self.memory.resume(
            max(times, default=10**15),
            told,
            [Resumed(one.name, "", size.get(one.name, Decimal(0))) for one in alive],
            0.0,
        )
        self.memory.hear([one.row() for one in alive])

    @invariant()
    def nothing_is_told_twice(self):
        assert len(self.told) == len(set(self.told))
        assert len(self.ended) == len(set(self.ended))

    @invariant()
    def an_end_comes_after_all_that_its_order_executed(self):
        for name in self.ended:
            mine = {one.fill_id for one in self.trades if one.venue_order_id == f"O-{name}"}
            assert mine <= set(self.told)

    def teardown(self):
        self.a_lost_answer_is_looked_for()
        for _ in range(4):
            self.now += MINUTE
            self._look(heard=True, late=0, at=max(self.now, self.jumped))
        assert set(self.told) == {one.fill_id for one in self.trades}
        over = {name for name, one in self.orders.items() if one.status == "canceled"}
        assert set(self.ended) == over

    def _open(self, place):
        resting = [one for one in self.orders.values() if one.status == "open"]
        return resting[place % len(resting)] if resting else None

    def _look(self, *, heard, late, at):
        memory = self.memory
        rows = [one.row() for one in self.orders.values() if one.status == "open"]
        memory.hear(rows)
        gone = set(memory.vanished(rows))
        memory.hear([one.row() for one in self.orders.values() if one.txid in gone])
        since = memory.watermark - OVERLAP
        shown = self.trades[: len(self.trades) - late]  # the history lags behind the orders
        listed = [one for one in shown if one.at >= since] if memory.owes() else []
        news = memory.news(listed)
        if heard:
            self.told += [one.fill_id for one in news.executions]
            self.ended += [one.client_order_id for one in news.ends]
            memory.heard(news, at)


TestAVenueAndItsDesk = AVenueAndItsDesk.TestCase

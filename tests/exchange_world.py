"""A desk on an exchange that loses requests and answers, and that may be killed between any two acts.

The market, the orders and the money are a paper venue's, whose journal is the exchange's own memory.
Around it stands the road: it may drop a request, drop an answer, deliver late, refuse, or be silent.
"""

from collections import Counter, deque

from desk_world import START, FusedLedger, World
from strategies import DOGE

from holdfast.desk.authority import FREE_HAND
from holdfast.desk.desk import Desk
from holdfast.desk.exchange.booked import Booked
from holdfast.desk.exchange.dispatch import Care
from holdfast.desk.exchange.equip import Duties, equip
from holdfast.desk.exchange.watchful import Watchful
from holdfast.desk.startup import StartPlan, start
from holdfast.desk.status.heard import HeardLedger
from holdfast.desk.status.tally import Tally
from holdfast.domain.errors import VenueUnavailable
from holdfast.domain.events import LateFilled, OrderEnded, OrderFilled, OrderPlaced
from holdfast.domain.observations import Observation, Receipt
from holdfast.ledger.memory import MemoryLedger
from holdfast.venue.candles import FileFeed
from holdfast.venue.journal import Journal
from holdfast.venue.paper import PaperVenue

WRITES = ("drop_request", "drop_answer", "late", "rate_limit")
READS = ("silent",)


class Road:
    """What happens to the next requests, and what is still on its way; it outlives the desk."""

    def __init__(self):
        self.writes = deque()
        self.reads = deque()
        self.late = []
        self.arrived = Counter()

    def next_write(self):
        return self.writes.popleft() if self.writes else ""

    def next_read(self):
        return self.reads.popleft() if self.reads else ""

    def clear(self):
        self.writes.clear()
        self.reads.clear()


class LossyExchange:
    """An exchange at the end of a bad road."""

    endless = True
    largest_batch = 15

    def __init__(self, inner, road, clock, fuse):
        self.inner, self.road, self.clock, self.fuse = inner, road, clock, fuse
        self.instrument = inner.instrument
        self.calls = 0

    def wall(self):
        return self.clock.wall()

    def observe(self, watch):
        self._read()
        self._deliver_late()
        looks = list(self.inner.observe(watch))
        if looks:  # a poll sees the candle when it is over, as one look
            self.fuse.cross()
            yield Observation(
                looks[-1].at,
                looks[-1].mark,
                tuple(one for seen in looks for one in seen.executions),
                tuple(one for seen in looks for one in seen.ends),
            )
            self.fuse.cross()

    def submit(self, orders, deadline):
        return self._write([(order, self._place) for order in orders], deadline)

    def amend(self, change, deadline):
        return self._write([(change, self.inner.reprice)], deadline)[0]

    def place(self, order):
        return self.submit([order], self.wall() + 10**7)[0]

    def reprice(self, change):
        return self.amend(change, self.wall() + 10**7)

    def cancel(self, order):
        return self._write([(order, self.inner.cancel)], self.wall() + 10**7)[0]

    def find(self, client_order_ids, since):
        del since
        self._read()
        found = {name: self.inner.order(name) for name in client_order_ids}
        return {name: row for name, row in found.items() if row is not None}

    def ended(self, since):
        del since
        self._read()
        return ()

    def claim(self, orders):
        del orders

    def open_orders(self):
        self._read()
        return self.inner.open_orders()

    def order(self, client_order_id):
        return self.find([client_order_id], 0).get(client_order_id)

    def executions(self, after):
        self._read()
        return self.inner.executions(after)

    def balances(self):
        self._read()
        return self.inner.balances()

    def flows(self, after):
        del after
        return ()

    def candle(self):
        return None

    def close(self):
        self.inner.close()

    def _place(self, order):
        self.road.arrived[order.client_order_id] += 1
        return self.inner.place(order)

    def _read(self):
        self.calls += 1
        self.fuse.cross()
        if self.road.next_read() == "silent":
            raise VenueUnavailable("the road is silent")

    def _write(self, requests, deadline):
        self.calls += 1
        self.fuse.cross()
        fate = self.road.next_write()
        if fate == "rate_limit":
            return [Receipt(one.client_order_id, "refused", "rate_limit") for one, _ in requests]
        if fate == "drop_request":
            answers = None
        elif fate == "late":
            self.road.late.append((deadline, requests))
            answers = None
        else:
            answers = [act(one) for one, act in requests]
        self.fuse.cross()
        if answers is None or fate == "drop_answer":
            return [Receipt(one.client_order_id, "unknown", "no answer") for one, _ in requests]
        return answers

    def _deliver_late(self):
        waiting, self.road.late = self.road.late, []
        for deadline, requests in waiting:
            if self.wall() < deadline:
                for one, _ in requests:
                    self._again(one)

    def _again(self, one):
        kind = type(one).__name__
        act = {"PlaceOrder": self._place, "RepriceOrder": self.inner.reprice}
        act.get(kind, self.inner.cancel)(one)


class ExchangeWorld(World):
    """One desk on one lossy exchange."""

    def __init__(self, candles, **settings):
        self.road = Road()
        self.authority = settings.pop("authority", FREE_HAND)
        super().__init__(candles, **settings)
        self.memory = MemoryLedger(DOGE.base, DOGE.quote)
        self.gear = self.duties = None

    def open(self):
        self.live = False
        paper = PaperVenue(
            DOGE,
            FileFeed(self.candles),
            balances={"DOGE": self.opening * 10, "USD": self.opening},
            participation=self.participation,
            open_order_cap=self.cap,
            journal=Journal(self.folder / "venue", lines=200),
        )
        self.exchange = LossyExchange(paper, self.road, self.clock, self.fuse)
        self.venue = paper  # what the faults look at, past the road
        self.ledger = FusedLedger(self._ledger(), self.fuse)
        booked = Booked(self._booked_rows())
        heard = HeardLedger(self.ledger, Tally(), self.clock, hearers=(booked.take,))
        watchful = Watchful(self.exchange, booked, most_errors=10_000)
        self.desk = Desk(
            rules=self.rules,
            sizing=self.sizing,
            limits=self.limits,
            venue=watchful,
            ledger=heard,
            clock=self.clock,
        )
        self.gear = equip(
            self.desk,
            watchful,
            booked=booked,
            ended=self._ended,
            care=Care(amend_min_seconds=0),
            authority=self.authority,
        )
        self.duties = Duties(self.gear, simulates=lambda: not self.authority.may("entry"))
        window = paper._position.feed.window()
        at = window.candles.at[window.start] if window.start < window.stop else START
        if self.desk.books.rules_digest:
            self.gear.agreement(starting=True)
        plan = StartPlan(at=at, slots=self.slots, sticky=self.sticky, profile="t", pid=1, build="t")
        start(self.desk, plan)

    def die(self):
        self.crashes += 1
        self.fuse.set(None)
        self.live = False
        if self.venue is not None:
            self.venue.close()
        self.venue = self.ledger = self.desk = self.gear = None

    def tick(self, commands=None):
        self.duties(self.desk)
        more = super().tick(commands)
        self.clock.sleep(7)
        return more

    def quiet(self, rounds=60):
        """Let the road be good and time pass, until nothing is in flight."""
        self.road.clear()
        for _ in range(rounds):
            self.tick()
            self.clock.sleep(13)
        self.gear.agreement()

    def _booked_rows(self):
        for at, entry in self.timed_rows():
            if isinstance(entry, OrderFilled | LateFilled):
                yield at, entry.fill_id

    def _ended(self, client_order_id):
        rows = self.rows()
        placed = next(
            (
                row
                for row in rows
                if isinstance(row, OrderPlaced) and row.client_order_id == client_order_id
            ),
            None,
        )
        over = any(
            isinstance(row, OrderEnded) and row.client_order_id == client_order_id for row in rows
        ) or any(
            isinstance(row, OrderFilled) and row.complete and row.client_order_id == client_order_id
            for row in rows
        )
        return (placed.slot, placed.side) if placed is not None and over else None

"""A desk on the emulated exchange, through ccxt and HTTP, with the exchange's clock as its own."""

from decimal import Decimal

from emulated_exchange import EmulatedExchange
from strategies import TWO_USD, rules_with

from holdfast.desk.authority import FREE_HAND
from holdfast.desk.desk import Desk
from holdfast.desk.exchange.booked import LOOK_BACK, Booked, flow_in
from holdfast.desk.exchange.dispatch import Care
from holdfast.desk.exchange.equip import Duties, equip
from holdfast.desk.exchange.watchful import Watchful
from holdfast.desk.limits import Limits
from holdfast.desk.startup import StartPlan, start
from holdfast.desk.status.heard import HeardLedger
from holdfast.desk.status.tally import Tally
from holdfast.desk.tick import tick
from holdfast.domain.events import BalanceOpened, LateFilled, OrderEnded, OrderFilled, OrderPlaced
from holdfast.ledger.memory import MemoryLedger
from holdfast.venue.port import Resumed

SECOND = 1_000_000


class EmulatedWorld:
    """One desk on one exchange; the desk may end and begin again on the same memory."""

    def __init__(self, folder, *, slots, limits=None, care=None, sizing=TWO_USD, **settings):
        rules = settings.pop("rules", {})
        self.sticky = settings.pop("sticky", True)
        self.exchange = EmulatedExchange(folder, **settings)
        self.slots, self.care = slots, care or Care()
        self.limits = limits or Limits(bootstraps_per_tick=7)
        self.sizing = sizing
        self._rules = rules
        self.memory = None
        self._founded = self.exchange.clock.wall()
        self.desk = self.gear = self.duties = self.venue = None

    def open(self, *, agree=True):
        self.venue = self.exchange.venue()
        market = self.venue.instrument
        rules = rules_with(instrument=market, **self._rules)
        if self.memory is None:
            self.memory = MemoryLedger(market.base, market.quote)
        clock = self.exchange.clock
        rows = [(at, row) for at, row in self.memory.rows]
        booked = Booked(
            ((at, row.fill_id) for at, row in rows if isinstance(row, OrderFilled | LateFilled)),
            (flow_in(row.reason) for _, row in rows if isinstance(row, BalanceOpened)),
        )
        heard = HeardLedger(self.memory, Tally(), clock, hearers=(booked.take,))
        watchful = Watchful(self.venue, booked, most_errors=1_000)
        self.desk = Desk(
            rules=rules,
            sizing=self.sizing,
            limits=self.limits,
            venue=watchful,
            ledger=heard,
            clock=clock,
        )
        self.gear = equip(
            self.desk,
            watchful,
            booked=booked,
            ended=self._ended,
            care=self.care,
            authority=FREE_HAND,
            flows_since=self._founded,
        )
        self.duties = Duties(self.gear, simulates=lambda: False)
        note = None
        if self.desk.books.rules_digest:
            self._resume(rows)
            if not agree:
                return None
            note = self.gear.agreement(starting=True)
        plan = StartPlan(
            at=clock.wall(), slots=self.slots, sticky=self.sticky, profile="t", pid=1, build="t"
        )
        start(self.desk, plan)
        return note

    def tick(self, seconds=5):
        self.duties(self.desk)
        tick(self.desk)
        self.exchange.pass_time(round(seconds * SECOND))

    def backup(self):
        """Copy the ledger as it is."""
        copy = MemoryLedger(*self.memory._assets)
        copy._commits, copy.sequence = list(self.memory._commits), self.memory.sequence
        return copy

    def put_back(self, copy):
        """Begin again upon a copy."""
        self.memory = copy
        return self.open()

    def _resume(self, rows):
        books = self.desk.books
        sent = set(books.orders) - (books.unanswered - books.submissions.keys())
        filled = {}
        for _, row in rows:
            if isinstance(row, OrderFilled):
                name = row.client_order_id
                filled[name] = filled.get(name, Decimal(0)) + row.size
        self.venue.resume(
            books.market_time - LOOK_BACK,
            [row.fill_id for _, row in rows if isinstance(row, OrderFilled)],
            [Resumed(name, "", filled.get(name, Decimal(0))) for name in sorted(sent)],
        )

    def _ended(self, client_order_id):
        placed, over = None, False
        for _, row in self.memory.rows:
            if getattr(row, "client_order_id", "") != client_order_id:
                continue
            if isinstance(row, OrderPlaced):
                placed = row
            over = over or isinstance(row, OrderEnded) or getattr(row, "complete", False)
        return (placed.slot, placed.side) if placed is not None and over else None

    def close(self):
        self.exchange.close()

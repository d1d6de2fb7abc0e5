"""Laws of the paper venue: nothing is lost or doubled, in one life or in many.

Two venues get the same requests. One keeps a journal and is killed and reopened at will; the other
never dies. They have to say the same of everything at every moment.
"""

import shutil
import tempfile
from collections import defaultdict
from decimal import ROUND_CEILING, Decimal
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from holdfast.domain.intents import CancelOrder, PlaceOrder, RepriceOrder
from holdfast.domain.market import MINUTE
from holdfast.domain.money import Instrument
from holdfast.domain.slots import Role, Side
from holdfast.venue.candles import Candles, FileFeed
from holdfast.venue.journal import FILE_NAME, Journal
from holdfast.venue.paper import PaperVenue
from holdfast.venue.port import Watch

TICK = Decimal("0.0001")
STEP = Decimal("0.1")
DOGE = Instrument(
    symbol="DOGE/USD",
    base="DOGE",
    quote="USD",
    price_tick=TICK,
    size_step=STEP,
    min_base=Decimal(1),
    maker_fee_pct=Decimal("0.26"),
    taker_fee_pct=Decimal("0.40"),
    fee_step=Decimal("0.000001"),
)
OPENING = {"USD": Decimal(50), "DOGE": Decimal(500)}

ticks = st.integers(min_value=950, max_value=1050)
prices = ticks.map(lambda count: count * TICK)
sizes = st.integers(min_value=5, max_value=900).map(lambda count: count * STEP)
names = st.integers(min_value=0, max_value=11).map(lambda number: f"order-{number}")
volumes = st.integers(min_value=0, max_value=3000).map(lambda count: count * STEP)
candle_rows = st.lists(st.tuples(ticks, ticks, ticks, ticks, volumes), min_size=4, max_size=25)
participations = st.sampled_from([Decimal("0.25"), Decimal("0.07"), Decimal(1)])


def columns(rows):
    made = []
    for number, (first, second, opened, closed, volume) in enumerate(rows):
        four = (first, second, opened, closed)
        prices_of = (opened * TICK, max(four) * TICK, min(four) * TICK, closed * TICK)
        made.append((number * MINUTE, *prices_of, volume))
    return Candles.from_rows(made, seconds=60, tick=TICK, step=STEP)


def paper(candles, participation, journal=None):
    return PaperVenue(
        DOGE,
        FileFeed(candles),
        balances=OPENING,
        participation=participation,
        open_order_cap=6,
        journal=journal,
    )


def order(name, side, price, size):
    return PlaceOrder(client_order_id=name, side=side, role=Role.ENTRY, price=price, size=size)


def watched(*, always, floor=None):
    watch = Watch()
    watch.always, watch.due, watch.floor = always, 10**18, floor
    return watch


class MortalAndImmortal(RuleBasedStateMachine):
    """The same requests to a venue that is killed at will and to one that never dies."""

    @initialize(rows=candle_rows, participation=participations)
    def a_market_opens(self, rows, participation):
        self.folder = Path(tempfile.mkdtemp())
        self.candles = columns(rows)
        self.participation = participation
        self.mortal = self._reopened()
        self.immortal = paper(self.candles, participation)
        self.seen = []
        self.canceled = set()
        self.ended = []

    def _reopened(self):
        return paper(self.candles, self.participation, Journal(self.folder, lines=12))

    def _both(self, verb, request):
        answers = [getattr(venue, verb)(request) for venue in (self.mortal, self.immortal)]
        assert answers[0] == answers[1]
        return answers[0]

    @rule(name=names, side=st.sampled_from(Side), price=prices, size=sizes)
    def we_place(self, name, side, price, size):
        known = self.immortal.order(name)
        receipt = self._both("place", order(name, side, price, size))
        if known is not None:
            assert receipt.outcome == "accepted"
            assert self.immortal.order(name) == known

    @rule(name=names, revision=st.integers(1, 4), price=prices, size=sizes)
    def we_reprice(self, name, revision, price, size):
        before = self.immortal.order(name)
        change = RepriceOrder(client_order_id=name, revision=revision, price=price, size=size)
        if self._both("reprice", change).outcome == "refused":
            assert self.immortal.order(name) == before

    @rule(name=names)
    def we_cancel(self, name):
        if (
            self._both("cancel", CancelOrder(client_order_id=name, role=Role.ENTRY)).outcome
            == "accepted"
        ):
            self.canceled.add(name)

    @rule(always=st.booleans(), floor=st.none() | prices, leave_after=st.integers(1, 9))
    def the_market_moves(self, always, floor, leave_after):
        walks = [
            v.observe(watched(always=always, floor=floor)) for v in (self.mortal, self.immortal)
        ]
        for count, (one, other) in enumerate(zip(*walks, strict=True), 1):
            assert one == other
            self.seen += [(one.at, execution) for execution in one.executions]
            self.ended += [end.client_order_id for end in one.ends]
            if count == leave_after:
                break
        for walk in walks:
            walk.close()

    @rule(floor=st.none() | prices)
    def quiet_candles_are_skipped(self, floor):
        watch = watched(always=False, floor=floor)
        assert self.mortal.skip_quiet(watch) == self.immortal.skip_quiet(watch)

    @rule()
    def the_venue_is_killed_and_reopened(self):
        self.mortal = self._reopened()

    @invariant()
    def both_say_the_same_of_everything(self):
        assert self.mortal.snapshot() == self.immortal.snapshot()

    @invariant()
    def every_execution_was_shown_once_and_is_still_listed(self):
        assert list(self.mortal.executions(0)) == self.seen
        assert len({execution.fill_id for _, execution in self.seen}) == len(self.seen)

    @invariant()
    def every_cancel_is_told_or_still_to_be_told(self):
        pending = {end.client_order_id for end in self.mortal.snapshot().ends}
        assert {*self.ended} | pending == self.canceled

    @invariant()
    def balances_are_the_opening_and_the_executions_to_the_last_unit(self):
        totals = dict(OPENING)
        for _, one in self.seen:
            buys = self.mortal.order(one.client_order_id).side == "buy"
            sign = 1 if buys else -1
            assert one.cost == one.price * one.size
            totals["DOGE"] += sign * one.size
            totals["USD"] -= sign * one.cost + one.fee
        held = self.mortal.balances()
        assert {asset: rest.free + rest.held for asset, rest in held.items()} == totals

    @invariant()
    def held_is_what_the_open_orders_need(self):
        needed = {"USD": Decimal(0), "DOGE": Decimal(0)}
        for one in self.mortal.open_orders():
            left = one.size - one.filled
            if one.side == "sell":
                needed["DOGE"] += left
            else:
                cost = one.price * left * Decimal("1.0026")
                needed["USD"] += cost.quantize(DOGE.fee_step, ROUND_CEILING)
        assert {a: rest.held for a, rest in self.mortal.balances().items()} == needed

    @invariant()
    def no_order_fills_above_its_size(self):
        filled = defaultdict(Decimal)
        for _, one in self.seen:
            filled[one.client_order_id] += one.size
        for name, size in filled.items():
            known = self.mortal.order(name)
            assert size == known.filled <= known.size
            assert (known.status == "filled") == (known.filled == known.size)

    def teardown(self):
        if hasattr(self, "folder"):
            self.mortal.close()
            shutil.rmtree(self.folder)


TestMortalAndImmortal = MortalAndImmortal.TestCase
TestMortalAndImmortal.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@cache
def life():
    """Live a small life; return its candles, its journal, and (bytes, whole state) of each answer."""
    rows = [(1000, 980, 1000, 995, Decimal(40)), (1010, 990, 995, 1005, Decimal(60))] * 3
    candles = columns(rows)
    with tempfile.TemporaryDirectory() as folder:
        venue = paper(candles, Decimal("0.25"), Journal(Path(folder)))
        path = Path(folder) / FILE_NAME
        points = []

        def answered():
            points.append((path.stat().st_size, venue.snapshot()))

        answered()
        for number in range(len(rows)):
            for side, price in ((Side.BUY, 990 - number), (Side.SELL, 1003 + number)):
                venue.place(order(f"{side}-{number}", side, price * TICK, Decimal(12)))
                answered()
            for _ in venue.observe(watched(always=number % 2 == 0)):
                answered()
                venue.cancel(CancelOrder(client_order_id=f"buy-{number - 2}", role=Role.ENTRY))
                answered()
            answered()
        venue.close()
        return candles, path.read_bytes(), points


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_journal_torn_at_any_byte_keeps_every_answered_write(data):
    candles, written, points = life()
    torn = data.draw(st.integers(points[0][0], len(written)))
    size, answered = [point for point in points if point[0] <= torn][-1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        path.write_bytes(written[:torn])
        venue = paper(candles, Decimal("0.25"), Journal(Path(folder)))
        assert venue.snapshot() == answered
        assert path.stat().st_size == size
        venue.place(order("after", Side.BUY, 960 * TICK, Decimal(12)))
        again = paper(candles, Decimal("0.25"), Journal(Path(folder)))
        assert again.snapshot() == venue.snapshot()
        venue.close()
        again.close()

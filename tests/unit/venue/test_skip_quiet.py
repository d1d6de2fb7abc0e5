"""Passing over quiet candles: the same as walking them, and never past anything that matters."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.intents import CancelOrder, PlaceOrder
from holdfast.domain.market import MINUTE
from holdfast.domain.money import Instrument
from holdfast.domain.slots import Role, Side
from holdfast.venue.candles import Candles, FileFeed
from holdfast.venue.market import GeneratedFeed
from holdfast.venue.paper import PaperVenue
from holdfast.venue.port import Watch

TICK = Decimal("0.001")
NEVER = 10**18
DOGE = Instrument(
    symbol="DOGE/USD",
    base="DOGE",
    quote="USD",
    price_tick=TICK,
    size_step=Decimal(1),
    min_base=Decimal(5),
    maker_fee_pct=Decimal("0.25"),
    taker_fee_pct=Decimal("0.40"),
)
QUIET = ("0.100", "0.101", "0.099", "0.100")
DEEP = ("0.100", "0.101", "0.090", "0.100")
HIGH = ("0.100", "0.110", "0.099", "0.100")


def venue_of(*rows, feed=None):
    numbered = [
        (number * MINUTE, *[Decimal(price) for price in row], 1000)
        for number, row in enumerate(rows)
    ]
    candles = Candles.from_rows(numbered, seconds=60, tick=TICK, step=Decimal(1)) if rows else None
    return PaperVenue(
        DOGE,
        feed or FileFeed(candles),
        balances={"USD": Decimal(1000), "DOGE": Decimal(1000)},
        participation=Decimal(1),
        open_order_cap=None,
        journal=None,
    )


def watch(*, always=False, due=NEVER, floor=None, ceiling=None):
    made = Watch()
    made.always, made.due, made.floor, made.ceiling = always, due, floor, ceiling
    return made


def order(side, price, name="o"):
    return PlaceOrder(
        client_order_id=name,
        side=side,
        role=Role.ENTRY,
        price=Decimal(price),
        size=Decimal(10),
    )


def test_all_candles_are_quiet_where_nothing_rests_and_nothing_is_due():
    venue = venue_of(QUIET, DEEP, HIGH)
    assert venue.skip_quiet(watch()) == 3
    assert venue.candle().at == 2 * MINUTE
    assert venue.skip_quiet(watch()) == 0
    assert list(venue.observe(watch())) == []


@pytest.mark.parametrize(
    ("side", "price", "row"), [("buy", "0.090", DEEP), ("sell", "0.110", HIGH)]
)
def test_a_candle_that_reaches_an_order_is_not_quiet(side, price, row):
    venue = venue_of(QUIET, QUIET, row, QUIET)
    venue.place(order(Side(side), price))
    assert venue.skip_quiet(watch()) == 2
    (seen,) = venue.observe(watch())
    assert len(seen.executions) == 1
    assert venue.skip_quiet(watch()) == 1


@pytest.mark.parametrize(
    ("wanted", "row"), [({"floor": Decimal("0.090")}, DEEP), ({"ceiling": Decimal("0.110")}, HIGH)]
)
def test_a_candle_at_the_floor_or_the_ceiling_is_not_quiet(wanted, row):
    venue = venue_of(QUIET, QUIET, row, QUIET)
    assert venue.skip_quiet(watch(**wanted)) == 2
    assert len(list(venue.observe(watch(**wanted)))) == 1


@pytest.mark.parametrize(
    ("due", "skipped"),
    [
        (0, 0),
        (3 * MINUTE // 4, 0),
        (3 * MINUTE // 4 + 1, 1),
        (2 * MINUTE, 2),
        (10 * MINUTE, 4),
    ],
)
def test_a_candle_with_a_step_at_or_after_the_due_time_is_not_quiet(due, skipped):
    assert venue_of(*[QUIET] * 4).skip_quiet(watch(due=due)) == skipped


def test_nothing_is_skipped_when_every_step_is_wanted_or_an_end_waits_or_a_walk_is_open():
    venue = venue_of(*[QUIET] * 4)
    assert venue.skip_quiet(watch(always=True)) == 0
    venue.place(order(Side.BUY, "0.05"))
    venue.cancel(CancelOrder(client_order_id="o", role=Role.ENTRY))
    assert venue.skip_quiet(watch()) == 0
    walk = venue.observe(watch())
    next(walk)
    walk.close()
    assert venue.skip_quiet(watch()) == 0
    assert len(list(venue.observe(watch()))) == 1
    assert venue.skip_quiet(watch()) == 3


def test_a_limit_holds_and_an_endless_market_is_skipped_in_stretches():
    feed = GeneratedFeed(7, "ranging", Decimal("0.1"), 0, 60, TICK)
    venue = venue_of(feed=feed)
    assert venue.skip_quiet(watch(), limit=10) == 10
    assert venue.skip_quiet(watch()) == 710
    assert venue.skip_quiet(watch()) == 720


def test_the_mark_after_a_skip_is_the_last_close():
    venue = venue_of(QUIET, ("0.100", "0.130", "0.100", "0.120"))
    venue.skip_quiet(watch())
    assert venue.place(order(Side.BUY, "0.120")).reason == "post_only"
    assert venue.place(order(Side.BUY, "0.119")).outcome == "accepted"


rows = st.lists(
    st.tuples(*[st.integers(85, 115).map(lambda count: count * TICK)] * 4), min_size=1, max_size=30
)


@given(rows=rows, floor=st.none() | st.integers(85, 100), due=st.integers(0, 40 * MINUTE))
def test_skipping_and_walking_see_the_same_steps_and_executions(rows, floor, due):
    sound = [(opened, max(row), min(row), closed) for row in rows for opened, closed in [row[:2]]]
    wanted = watch(due=due, floor=None if floor is None else floor * TICK)
    walker, skipper = venue_of(*sound), venue_of(*sound)
    walked, skipped = [], []
    for venue in (walker, skipper):
        venue.place(order(Side.BUY, "0.092", "b"))
        venue.place(order(Side.SELL, "0.108", "s"))
    for _ in sound:
        walked += walker.observe(wanted)
    for _ in sound:
        skipper.skip_quiet(wanted)
        skipped += skipper.observe(wanted)
    assert skipped == walked
    assert skipper.balances() == walker.balances()
    assert skipper.candle() == walker.candle()

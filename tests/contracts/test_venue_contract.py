"""What any venue owes a desk; the cases are numbered and a venue joins by adding an opener.

Rules: an opener gets candle rows (open, high, low, close, volume) and an account, and returns a venue
that will walk them. The cases speak only the words of the port. `opened` is every venue; `walked` are
those that own their market: a desk may pass over steps there, and it ends.
"""

from collections.abc import Callable
from decimal import Decimal
from itertools import count

import pytest
from emulated_exchange import EmulatedExchange, WalkedVenue

from holdfast.domain.intents import CancelOrder, PlaceOrder, RepriceOrder
from holdfast.domain.market import MINUTE
from holdfast.domain.money import Instrument
from holdfast.domain.slots import Role, Side
from holdfast.venue.candles import Candles, FileFeed
from holdfast.venue.journal import Journal
from holdfast.venue.paper import PaperVenue
from holdfast.venue.port import Balance, Venue, Watch

DOGE = Instrument(
    symbol="DOGE/USD",
    base="DOGE",
    quote="USD",
    price_tick=Decimal("0.001"),
    size_step=Decimal(1),
    min_base=Decimal(5),
    min_quote=Decimal("0.5"),
    maker_fee_pct=Decimal("0.25"),
    taker_fee_pct=Decimal("0.40"),
)
FLAT = ("0.100", "0.100", "0.100", "0.100", "1000000")
Opener = Callable[..., Venue]


def in_memory(tmp_path, rows, *, usd="100", doge="1000", participation="1", cap=None):
    return _paper(rows, usd, doge, participation, cap, None)


def with_journal(tmp_path, rows, *, usd="100", doge="1000", participation="1", cap=None):
    return _paper(rows, usd, doge, participation, cap, Journal(tmp_path / "venue"))


def _paper(rows, usd, doge, participation, cap, journal):
    numbered = [(number * MINUTE, *row) for number, row in enumerate(rows)]
    candles = Candles.from_rows(numbered, seconds=60, tick=DOGE.price_tick, step=DOGE.size_step)
    return PaperVenue(
        DOGE,
        FileFeed(candles),
        balances={"USD": Decimal(usd), "DOGE": Decimal(doge)},
        participation=Decimal(participation),
        open_order_cap=cap,
        journal=journal,
    )


def through_ccxt(tmp_path, rows, **account):
    return WalkedVenue(EmulatedExchange(tmp_path / "exchange", rows, **account))


@pytest.fixture(
    params=[in_memory, with_journal, through_ccxt],
    ids=["paper", "paper-journal", "emulator-through-ccxt"],
)
def opened(request, tmp_path):
    yield from _opened(request, tmp_path)


@pytest.fixture(params=[in_memory, with_journal], ids=["paper", "paper-journal"])
def walked(request, tmp_path):
    yield from _opened(request, tmp_path)


def _opened(request, tmp_path):
    venues = []

    def opener(*rows, **account):
        venue = request.param(tmp_path, rows, **account)
        venues.append(venue)
        return venue

    yield opener
    for venue in venues:
        venue.close()


_NUMBERS = count()


def buy(price, size="100", name=None):
    return _order(Side.BUY, price, size, name)


def sell(price, size="100", name=None):
    return _order(Side.SELL, price, size, name)


def _order(side, price, size, name):
    return PlaceOrder(
        client_order_id=name or f"order-{next(_NUMBERS)}",
        side=side,
        role=Role.ENTRY,
        price=Decimal(price),
        size=Decimal(size),
    )


def move(name, revision, price, size="100"):
    return RepriceOrder(
        client_order_id=name, revision=revision, price=Decimal(price), size=Decimal(size)
    )


def drop(name):
    return CancelOrder(client_order_id=name, role=Role.ENTRY)


def tick(venue, **wanted):
    watch = Watch()
    for name, value in wanted.items():
        setattr(watch, name, value)
    return list(venue.observe(watch))


def fills(observations):
    return [
        (seen.at, one.client_order_id, one.price, one.size)
        for seen in observations
        for one in seen.executions
    ]


def ends(observations):
    return [(end.client_order_id, end.status) for seen in observations for end in seen.ends]


def broken(venue, order, reason):
    """Take a price or a size off the venue's grid where that is the rule to break."""
    price, size = map(Decimal, order)
    if reason == "price_tick":
        price += venue.instrument.price_tick / 2
    if reason == "size_step":
        size += venue.instrument.size_step / 2
    return price, size


def answer(receipt):
    return receipt.outcome, receipt.reason


ACCEPTED = ("accepted", "")


def test_v01_a_candle_is_walked_to_the_nearer_extreme_first(opened):
    venue = opened(("0.100", "0.103", "0.098", "0.101", "9"))
    steps = [(seen.at, seen.mark) for seen in tick(venue)]
    quarter = MINUTE // 4
    assert steps == [
        (0, Decimal("0.100")),
        (quarter, Decimal("0.098")),
        (2 * quarter, Decimal("0.103")),
        (3 * quarter, Decimal("0.101")),
    ]


def test_v02_the_high_comes_first_where_it_is_nearer_and_a_tie_goes_low_first(opened):
    venue = opened(
        ("0.100", "0.101", "0.098", "0.100", "9"), ("0.100", "0.102", "0.098", "0.100", "9")
    )
    assert [seen.mark for seen in tick(venue)][1:3] == [Decimal("0.101"), Decimal("0.098")]
    assert [seen.mark for seen in tick(venue)][1:3] == [Decimal("0.098"), Decimal("0.102")]


def test_v03_no_more_candles_means_no_news_and_the_last_candle_stays(walked):
    venue = walked(FLAT)
    assert venue.candle() is None
    assert len(tick(venue)) == 4
    assert tick(venue) == []
    assert venue.candle() is not None
    assert venue.candle().at == 0


def test_v04_a_buy_fills_at_its_limit_when_the_price_touches_it(opened):
    venue = opened(FLAT, ("0.100", "0.100", "0.098", "0.099", "1000000"))
    tick(venue)
    venue.place(buy("0.098", name="b"))
    assert fills(tick(venue)) == [(MINUTE + 2 * MINUTE // 4, "b", Decimal("0.098"), Decimal(100))]
    assert venue.order("b").status == "filled"
    assert venue.open_orders() == []


def test_v05_a_sell_fills_at_its_limit_when_the_price_touches_it(opened):
    venue = opened(FLAT, ("0.100", "0.102", "0.100", "0.101", "1000000"))
    tick(venue)
    venue.place(sell("0.102", name="s"))
    assert fills(tick(venue)) == [(MINUTE + MINUTE // 2, "s", Decimal("0.102"), Decimal(100))]


def test_v06_a_gap_through_the_limit_fills_at_the_limit(opened):
    venue = opened(FLAT, ("0.090", "0.090", "0.090", "0.090", "1000000"))
    tick(venue)
    venue.place(buy("0.098", name="b"))
    assert fills(tick(venue)) == [(MINUTE, "b", Decimal("0.098"), Decimal(100))]


def test_v07_a_price_one_tick_short_fills_nothing(opened):
    venue = opened(FLAT, ("0.100", "0.102", "0.099", "0.100", "1000000"))
    tick(venue)
    venue.place(buy("0.098"))
    venue.place(sell("0.103"))
    assert fills(tick(venue)) == []
    assert len(venue.open_orders()) == 2


def test_v08_what_is_placed_between_steps_rests_from_the_next_step_on(opened):
    venue = opened(("0.100", "0.100", "0.095", "0.099", "1000000"))
    seen = []
    for observation in venue.observe(Watch()):
        seen.append(observation)
        if len(seen) == 1:
            venue.place(buy("0.098", name="b"))
    assert fills(seen) == [(2 * MINUTE // 4, "b", Decimal("0.098"), Decimal(100))]


def test_v09_cost_and_fee_are_exact_and_every_fill_is_a_maker(opened):
    venue = opened(FLAT, ("0.097", "0.097", "0.097", "0.097", "1000000"))
    tick(venue)
    venue.place(buy("0.097", "103", name="b"))
    ((_, execution),) = [(seen.at, one) for seen in tick(venue) for one in seen.executions]
    assert execution.cost == Decimal("9.991")
    assert execution.fee == Decimal("0.02497750")
    assert execution.liquidity == "maker"


def test_v10_a_resting_buy_holds_its_cost_and_fee_and_a_resting_sell_its_base(opened):
    venue = opened(FLAT)
    tick(venue)
    venue.place(buy("0.090", "100"))
    venue.place(sell("0.110", "30"))
    assert venue.balances() == {
        "USD": Balance(Decimal("90.97750000"), Decimal("9.02250000")),
        "DOGE": Balance(Decimal(970), Decimal(30)),
    }


def test_v11_a_fill_moves_what_was_held_and_pays_what_was_bought(opened):
    venue = opened(FLAT, ("0.090", "0.110", "0.090", "0.100", "1000000"))
    tick(venue)
    venue.place(buy("0.090", "100"))
    venue.place(sell("0.110", "30"))
    tick(venue)
    assert venue.balances() == {
        "USD": Balance(Decimal("94.26925"), Decimal(0)),
        "DOGE": Balance(Decimal(1070), Decimal(0)),
    }


def test_v12_a_cancel_frees_what_was_held_and_its_end_comes_with_the_next_observation(opened):
    venue = opened(FLAT, FLAT, FLAT)
    tick(venue)
    venue.place(buy("0.090", name="b"))
    assert answer(venue.cancel(drop("b"))) == ACCEPTED
    assert venue.open_orders() == []
    assert venue.order("b").status == "canceled"
    assert venue.balances()["USD"] == Balance(Decimal(100), Decimal(0))
    assert ends(tick(venue)) == [("b", "canceled")]
    assert ends(tick(venue)) == []


def test_v13_a_cancelled_order_never_fills(opened):
    venue = opened(FLAT, ("0.080", "0.080", "0.080", "0.080", "1000000"))
    tick(venue)
    venue.place(buy("0.090", name="b"))
    venue.cancel(drop("b"))
    assert fills(tick(venue)) == []


def test_v14_cancelling_what_is_not_open_is_refused(opened):
    venue = opened(FLAT)
    venue.place(buy("0.090", name="b"))
    venue.cancel(drop("b"))
    assert answer(venue.cancel(drop("b"))) == ("refused", "not_open")
    assert answer(venue.cancel(drop("nobody"))) == ("refused", "not_open")


def test_v15_placing_a_known_id_again_changes_nothing(opened):
    venue = opened(FLAT, ("0.090", "0.090", "0.090", "0.090", "1000000"), FLAT)
    tick(venue)
    venue.place(buy("0.090", name="b"))
    before = venue.balances()
    assert answer(venue.place(buy("0.080", "500", name="b"))) == ACCEPTED
    assert venue.balances() == before
    tick(venue)
    assert answer(venue.place(buy("0.080", name="b"))) == ACCEPTED
    assert venue.open_orders() == []
    assert venue.order("b").status == "filled"


def test_v16_a_reprice_moves_price_size_and_hold_and_asking_again_changes_nothing(opened):
    venue = opened(FLAT)
    tick(venue)
    venue.place(buy("0.090", name="b"))
    assert answer(venue.reprice(move("b", 1, "0.095", "50"))) == ACCEPTED
    moved = venue.order("b")
    assert (moved.price, moved.size, moved.revision) == (Decimal("0.095"), Decimal(50), 1)
    assert venue.balances()["USD"].held == Decimal("4.76187500")
    assert answer(venue.reprice(move("b", 1, "0.080"))) == ACCEPTED
    assert venue.order("b") == moved


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("0.101", "100"), "post_only"),
        (("0.095", "100"), "price_tick"),
        (("0.095", "100"), "size_step"),
        (("0.095", "1"), "min_size"),
        (("0.095", "2000"), "insufficient_funds"),
    ],
)
def test_v17_a_refused_reprice_leaves_the_old_order(opened, change, reason):
    venue = opened(FLAT)
    tick(venue)
    venue.place(buy("0.090", name="b"))
    before = venue.order("b"), venue.balances()
    moved = move("b", 1, *broken(venue, change, reason))
    assert answer(venue.reprice(moved)) == ("refused", reason)
    assert (venue.order("b"), venue.balances()) == before


def test_v18_repricing_what_is_not_open_is_refused(opened):
    venue = opened(FLAT)
    venue.place(buy("0.090", name="b"))
    venue.cancel(drop("b"))
    assert answer(venue.reprice(move("b", 1, "0.080"))) == ("refused", "not_open")
    assert answer(venue.reprice(move("nobody", 1, "0.080"))) == ("refused", "not_open")


def test_v19_a_repriced_order_goes_behind_those_of_its_new_price(opened):
    venue = opened(FLAT, ("0.090", "0.090", "0.090", "0.090", "1000000"))
    tick(venue)
    venue.place(buy("0.095", name="first"))
    venue.place(buy("0.095", name="second"))
    venue.reprice(move("first", 1, "0.094"))
    venue.reprice(move("first", 2, "0.095"))
    assert [name for _, name, _, _ in fills(tick(venue))] == ["second", "first"]


def test_v20_the_best_price_trades_first_and_then_the_earlier_order(opened):
    venue = opened(
        FLAT,
        ("0.100", "0.100", "0.090", "0.100", "1000000"),
        ("0.100", "0.110", "0.100", "0.100", "1000000"),
    )
    tick(venue)
    for price, name in (("0.095", "b"), ("0.096", "a"), ("0.095", "c"), ("0.091", "d")):
        venue.place(buy(price, "20", name=name))
    assert [name for _, name, _, _ in fills(tick(venue))] == ["a", "b", "c", "d"]
    for price, name in (("0.106", "t"), ("0.105", "s"), ("0.106", "u")):
        venue.place(sell(price, "20", name=name))
    assert [name for _, name, _, _ in fills(tick(venue))] == ["s", "t", "u"]


def test_v21_a_candle_trades_only_its_share_of_volume_over_its_whole_path(opened):
    venue = opened(
        FLAT,
        ("0.098", "0.098", "0.095", "0.096", "100"),
        ("0.095", "0.095", "0.095", "0.095", "1000"),
        participation="0.25",
    )
    tick(venue)
    venue.place(buy("0.098", "20", name="first"))
    venue.place(buy("0.097", "20", name="second"))
    quarter = MINUTE // 4
    assert fills(tick(venue)) == [
        (MINUTE, "first", Decimal("0.098"), Decimal(20)),
        (MINUTE + 2 * quarter, "second", Decimal("0.097"), Decimal(5)),
    ]
    part = venue.order("second")
    assert (part.status, part.filled) == ("open", Decimal(5))
    assert venue.balances()["USD"].held == Decimal("1.45863750")
    assert fills(tick(venue)) == [(2 * MINUTE, "second", Decimal("0.097"), Decimal(15))]


def test_v22_a_part_is_snapped_down_to_the_size_step(opened):
    venue = opened(FLAT, ("0.095", "0.095", "0.095", "0.095", "31"), participation="0.25")
    tick(venue)
    venue.place(buy("0.098", name="b"))
    (size,) = [size for *_, size in fills(tick(venue))]
    assert size == Decimal("7.75") // venue.instrument.size_step * venue.instrument.size_step


@pytest.mark.parametrize("participation", ["0.25", "1"])
def test_v23_a_candle_without_volume_fills_nothing(opened, participation):
    venue = opened(FLAT, ("0.090", "0.090", "0.090", "0.090", "0"), participation=participation)
    tick(venue)
    venue.place(buy("0.098"))
    assert fills(tick(venue)) == []


def test_v24_full_participation_is_no_limit(walked):
    venue = walked(FLAT, ("0.090", "0.090", "0.090", "0.090", "1"))
    tick(venue)
    venue.place(buy("0.098", "100"))
    assert [size for *_, size in fills(tick(venue))] == [Decimal(100)]


def test_v25_a_cancelled_part_keeps_what_was_executed(opened):
    venue = opened(FLAT, ("0.095", "0.095", "0.095", "0.095", "40"), FLAT, participation="0.25")
    tick(venue)
    venue.place(buy("0.098", "20", name="b"))
    tick(venue)
    venue.cancel(drop("b"))
    closed = venue.order("b")
    assert (closed.status, closed.filled) == ("canceled", Decimal(10))
    assert venue.balances()["DOGE"].free == Decimal(1010)
    assert venue.balances()["USD"] == Balance(Decimal("99.01755"), Decimal(0))


def test_v26_a_reprice_counts_what_has_traded_and_never_goes_below_it(opened):
    venue = opened(FLAT, ("0.098", "0.098", "0.098", "0.098", "40"), FLAT, participation="0.25")
    tick(venue)
    venue.place(buy("0.098", "20", name="b"))
    tick(venue)
    assert answer(venue.reprice(move("b", 1, "0.090", "10"))) == ("refused", "min_size")
    assert answer(venue.reprice(move("b", 1, "0.090", "30"))) == ACCEPTED
    assert venue.balances()["USD"].held == Decimal("1.80450000")
    moved = venue.order("b")
    assert (moved.size, moved.filled) == (Decimal(30), Decimal(10))


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (("0.098", "100"), "price_tick"),
        (("0", "100"), "price_tick"),
        (("0.098", "10"), "size_step"),
        (("0.098", "4"), "min_size"),
        (("0.098", "0"), "min_size"),
        (("0.098", "-10"), "min_size"),
        (("0.020", "20"), "min_cost"),
        (("0.101", "100"), "post_only"),
        (("0.099", "2000"), "insufficient_funds"),
    ],
)
def test_v27_a_buy_that_breaks_a_rule_is_refused_with_the_rule_and_never_arrived(
    opened, order, reason
):
    venue = opened(FLAT)
    tick(venue)
    asked = buy(*broken(venue, order, reason), name="b")
    assert answer(venue.place(asked)) == ("refused", reason)
    assert venue.order("b") is None
    assert venue.balances()["USD"] == Balance(Decimal(100), Decimal(0))


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (("0.099", "100"), "post_only"),
        (("0.101", "1001"), "insufficient_funds"),
    ],
)
def test_v28_a_sell_that_breaks_a_rule_is_refused_with_the_rule(opened, order, reason):
    venue = opened(FLAT)
    tick(venue)
    assert answer(venue.place(sell(*order))) == ("refused", reason)


def test_v29_exact_minimums_and_exact_funds_are_enough(opened):
    venue = opened(FLAT, usd="10.02500000", doge="13")
    tick(venue)
    least = venue.instrument.min_base
    assert answer(venue.place(sell("0.101", least))) == ACCEPTED
    assert answer(venue.place(buy("0.050", "200", name="b"))) == ACCEPTED
    assert venue.balances()["USD"] == Balance(Decimal("0E-8"), Decimal("10.02500000"))


def test_v30_before_the_first_candle_there_is_no_mark_to_cross(walked):
    venue = walked(FLAT)
    assert answer(venue.place(buy("0.500", "100"))) == ACCEPTED


def test_v31_the_cap_on_open_orders_holds_and_a_cancel_makes_room(opened):
    venue = opened(FLAT, cap=2)
    tick(venue)
    venue.place(buy("0.090", "20", name="a"))
    venue.place(sell("0.110", "20"))
    assert answer(venue.place(buy("0.080", "20"))) == ("refused", "open_order_cap")
    assert answer(venue.place(buy("0.080", "20", name="a"))) == ACCEPTED
    venue.cancel(drop("a"))
    assert answer(venue.place(buy("0.080", "20"))) == ACCEPTED


def test_v32_executions_are_listed_from_a_time_on_oldest_first_with_ids_of_their_own(opened):
    deep = ("0.100", "0.100", "0.090", "0.100", "1000000")
    venue = opened(FLAT, deep, deep)
    tick(venue)
    venue.place(buy("0.095", name="a"))
    tick(venue)
    venue.place(buy("0.095", name="b"))
    tick(venue)
    listed = venue.executions(0)
    assert [one.client_order_id for _, one in listed] == ["a", "b"]
    assert len({one.fill_id for _, one in listed}) == 2
    (at, last) = listed[-1]
    assert venue.executions(at) == [(at, last)]
    assert venue.executions(at + 1) == []


def test_v33_only_wanted_steps_are_shown_and_every_fill_is_one(walked):
    venue = walked(
        FLAT,
        ("0.100", "0.104", "0.098", "0.100", "1000000"),
        ("0.100", "0.104", "0.098", "0.100", "1000000"),
        ("0.100", "0.104", "0.098", "0.100", "1000000"),
        ("0.100", "0.104", "0.098", "0.100", "1000000"),
    )
    tick(venue)
    far = {"always": False, "due": 10**18}
    assert tick(venue, **far) == []
    assert [one.mark for one in tick(venue, **far, floor=Decimal("0.098"))] == [Decimal("0.098")]
    assert [one.mark for one in tick(venue, **far, ceiling=Decimal("0.104"))] == [Decimal("0.104")]
    venue.place(sell("0.103", name="s"))
    (seen,) = tick(venue, always=False, due=10**18)
    assert (seen.mark, len(seen.executions)) == (Decimal("0.104"), 1)


def test_v34_a_due_time_shows_every_step_from_it_on(walked):
    venue = walked(FLAT)
    quarter = MINUTE // 4
    steps = tick(venue, always=False, due=2 * quarter)
    assert [seen.at for seen in steps] == [2 * quarter, 3 * quarter]


def test_v35_closed_orders_can_be_looked_up_and_unknown_ones_never_arrived(opened):
    venue = opened(FLAT)
    venue.place(buy("0.090", name="b"))
    venue.cancel(drop("b"))
    assert venue.order("b").status == "canceled"
    assert venue.order("nobody") is None


def test_v36_a_walk_that_was_left_goes_on_with_the_next_step(walked):
    venue = walked(("0.100", "0.103", "0.098", "0.101", "9"))
    walk = venue.observe(Watch())
    next(walk)
    walk.close()
    assert [seen.mark for seen in tick(venue)] == [
        Decimal("0.098"),
        Decimal("0.103"),
        Decimal("0.101"),
    ]


def test_v37_an_end_is_shown_whatever_is_wanted(walked):
    venue = walked(FLAT, FLAT)
    tick(venue)
    venue.place(buy("0.090", name="b"))
    venue.cancel(drop("b"))
    (seen,) = tick(venue, always=False, due=10**18)
    assert [(end.client_order_id, end.status) for end in seen.ends] == [("b", "canceled")]


@pytest.mark.parametrize("price", ["0.100", "0.099"])
def test_v38_the_mark_itself_is_too_near_for_a_venue_without_a_spread(walked, price):
    venue = walked(FLAT)
    tick(venue)
    assert answer(venue.place(sell(price))) == ("refused", "post_only")
    assert answer(venue.place(buy("0.100"))) == ("refused", "post_only")

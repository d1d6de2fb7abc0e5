"""What a venue behind ccxt tells of one look, and what the look costs."""

from decimal import Decimal
from itertools import pairwise

import pytest
import requests
from kraken_answers import (
    NOON,
    Wire,
    added,
    buy,
    closed,
    closed_row,
    open_row,
    opened,
    page,
    says,
    trade_row,
    trades,
    venue_on,
)

from holdfast.domain.errors import VenueRefused, VenueUnavailable
from holdfast.domain.observations import End, Execution
from holdfast.venue.port import Balance, Resumed, Watch

SECOND = 1_000_000


@pytest.fixture
def wire(monkeypatch):
    return Wire(monkeypatch)


@pytest.fixture
def venue(wire):
    venue = venue_on(wire)
    wire.calls()
    return venue


def look(venue):
    (seen,) = venue.observe(Watch())
    return seen


def rest(wire, venue, name="a", txid="O1", **order):
    wire.answer("AddOrder", added(buy(name, **order), txid))
    assert venue.place(buy(name, **order)).outcome == "accepted"
    wire.answer("OpenOrders", opened(**{txid: open_row(name)}))
    wire.calls()


def test_the_instrument_is_what_the_exchange_says(venue):
    market = venue.instrument
    assert (market.symbol, market.base, market.quote) == ("DOGE/USD", "DOGE", "USD")
    assert (market.price_tick, market.size_step) == (Decimal("0.0000001"), Decimal("0.00000001"))
    assert (market.min_base, market.min_quote) == (Decimal(13), Decimal("0.5"))
    assert (market.maker_fee_pct, market.taker_fee_pct) == (Decimal("0.25"), Decimal("0.40"))


def test_a_market_the_exchange_does_not_list_is_named(wire):
    with pytest.raises(VenueUnavailable, match="no spot market DOGE/CHF"):
        venue_on(wire, symbol="DOGE/CHF")


def test_a_quiet_poll_costs_one_public_and_one_private_call(wire, venue):
    rest(wire, venue)
    seen = look(venue)
    assert wire.calls() == ["Ticker", "OpenOrders"]
    assert (seen.executions, seen.ends) == ((), ())
    assert seen.mark == Decimal("0.10001")
    assert seen.at == NOON


def test_no_float_enters_on_the_way(wire, venue):
    wire.answer("OpenOrders", opened(O9=open_row("x", vol_exec="30.00000001")))
    (row,) = venue.open_orders()
    assert row.filled == Decimal("30.00000001")
    wire.answer("BalanceEx", {"ZUSD": {"balance": 0.1, "hold_trade": "0.00"}})
    assert venue.balances()["USD"].free == Decimal("0.1")


def test_without_two_sides_the_last_trade_is_the_mark(wire, venue):
    ticker = {"c": ["0.1000100", "44.04408910"]}
    wire.answer("Ticker", {"XDGUSD": ticker})
    assert look(venue).mark == Decimal("0.1000100")


def test_a_part_that_executed_is_told_once_with_the_price_that_was_paid(wire, venue):
    rest(wire, venue)
    wire.answer("OpenOrders", opened(O1=open_row("a", vol_exec="40.00000000")))
    wire.answer("TradesHistory", trades(T1=trade_row("O1")))
    told = Execution(
        "a",
        "T1",
        Decimal("0.0997"),
        Decimal(40),
        Decimal("3.9880000"),
        Decimal("0.0099700"),
        "maker",
    )
    assert look(venue).executions == (told,)
    assert wire.calls() == ["Ticker", "OpenOrders", "TradesHistory"]
    assert look(venue).executions == ()
    assert wire.calls() == ["Ticker", "OpenOrders"]


def test_a_taker_is_told_as_one(wire, venue):
    rest(wire, venue)
    wire.answer("OpenOrders", opened(O1=open_row("a", vol_exec="40.00000000")))
    wire.answer("TradesHistory", trades(T1=trade_row("O1", maker=False)))
    assert [one.liquidity for one in look(venue).executions] == ["taker"]


def test_an_order_that_filled_whole_has_no_end(wire, venue):
    rest(wire, venue)
    wire.answer("OpenOrders", opened())
    wire.answer("QueryOrders", {"O1": closed_row("a", vol_exec="100.00000000")})
    wire.answer("TradesHistory", trades(T1=trade_row("O1", vol="100.00000000")))
    seen = look(venue)
    assert [one.size for one in seen.executions] == [Decimal(100)]
    assert seen.ends == ()
    assert wire.calls() == ["Ticker", "OpenOrders", "QueryOrders", "TradesHistory"]
    look(venue)
    assert wire.calls() == ["Ticker", "OpenOrders"]


def test_an_order_that_was_cancelled_untouched_needs_no_history(wire, venue):
    rest(wire, venue)
    wire.answer("OpenOrders", opened())
    wire.answer("QueryOrders", {"O1": closed_row("a", "canceled", reason="User requested")})
    seen = look(venue)
    assert seen.ends == (End(client_order_id="a", status="canceled", reason="User requested"),)
    assert wire.calls() == ["Ticker", "OpenOrders", "QueryOrders"]


def test_the_end_waits_for_every_execution(wire, venue):
    rest(wire, venue)
    wire.answer("OpenOrders", opened())
    wire.answer("QueryOrders", {"O1": closed_row("a", "canceled", vol_exec="65.00000000")})
    wire.answer("TradesHistory", trades(T1=trade_row("O1")))
    first = look(venue)
    assert ([one.fill_id for one in first.executions], first.ends) == (["T1"], ())
    late = trade_row("O1", vol="25.00000000", price="0.0999", at="1795176000.05")
    wire.answer("TradesHistory", trades(T2=late, T1=trade_row("O1")))
    second = look(venue)
    assert [one.fill_id for one in second.executions] == ["T2"]
    assert [one.client_order_id for one in second.ends] == ["a"]
    assert look(venue).ends == ()


def test_a_look_that_was_left_is_told_again(wire, venue):
    rest(wire, venue)
    wire.answer("OpenOrders", opened())
    wire.answer("QueryOrders", {"O1": closed_row("a", "canceled", vol_exec="40.00000000")})
    wire.answer("TradesHistory", trades(T1=trade_row("O1")))
    walk = venue.observe(Watch())
    first = next(walk)
    walk.close()
    again = look(venue)
    assert (again.executions, again.ends) == (first.executions, first.ends)
    assert len(again.executions) == len(again.ends) == 1


def test_executions_come_in_the_order_of_time_and_id(wire, venue):
    rest(wire, venue)
    wire.answer("OpenOrders", opened(O1=open_row("a", vol_exec="60.00000000")))
    row = {"vol": "20.00000000"}
    wire.answer(
        "TradesHistory",
        trades(
            T9=trade_row("O1", at="1795176000.2", **row),
            T3=trade_row("O1", at="1795176000.1", **row),
            T1=trade_row("O1", at="1795176000.2", **row),
        ),
    )
    assert [one.fill_id for one in look(venue).executions] == ["T3", "T1", "T9"]


def test_a_hundred_and_twenty_trades_come_over_three_pages(wire, venue):
    rest(wire, venue)
    rows = {
        f"T{n:03}": trade_row("O1", vol="0.50000000", at=f"{1795176000 + n}.5") for n in range(120)
    }
    names = sorted(rows, reverse=True)
    pages = [
        trades(120, **{name: rows[name] for name in names[start : start + 50]})
        for start in (0, 50, 100)
    ]
    wire.answer("OpenOrders", opened(O1=open_row("a", vol_exec="60.00000000")))
    wire.answer("TradesHistory", *pages)
    assert [one.fill_id for one in look(venue).executions] == sorted(rows)
    offsets = [body["ofs"] for body in wire.bodies("TradesHistory")]
    assert offsets == ["0", "50", "100"]


def test_a_page_that_is_missing_tells_nothing_and_loses_nothing(wire, venue):
    rest(wire, venue)
    wire.answer("OpenOrders", opened(O1=open_row("a", vol_exec="80.00000000")))
    wire.answer("TradesHistory", trades(2, T1=trade_row("O1")), trades(2))
    with pytest.raises(VenueUnavailable, match="1 of 2"):
        look(venue)
    wire.answer("TradesHistory", trades(T1=trade_row("O1"), T2=trade_row("O1")))
    assert [one.fill_id for one in look(venue).executions] == ["T1", "T2"]


def test_the_history_is_asked_from_before_the_last_execution_told(wire, venue):
    venue.resume(NOON, ["T0"], [Resumed("a", "O1", Decimal(10))])
    wire.answer("OpenOrders", opened(O1=open_row("a", vol_exec="50.00000000")))
    old = trade_row("O1", vol="10.00000000", at="1795176000.0")
    wire.answer("TradesHistory", trades(T1=trade_row("O1"), T0=old))
    assert [one.fill_id for one in look(venue).executions] == ["T1"]
    (body,) = wire.bodies("TradesHistory")
    assert int(body["start"]) == NOON // SECOND - 600 - 1


def test_an_order_of_an_earlier_life_that_vanished_is_looked_up(wire, venue):
    venue.resume(NOON, [], [Resumed("a", "O1", Decimal(0)), Resumed("b", "", Decimal(0))])
    wire.answer("QueryOrders", {"O1": closed_row("a", "expired")})
    assert [(end.client_order_id, end.status) for end in look(venue).ends] == [("a", "expired")]
    assert wire.bodies("QueryOrders")[0]["txid"] == "O1"


def test_orders_that_are_not_ours_are_listed_and_never_told(wire, venue):
    foreign = open_row(None, vol_exec="5.00000000")
    named = open_row("somebody", vol_exec="5.00000000")
    elsewhere = open_row("c")
    elsewhere["descr"] = elsewhere["descr"] | {"pair": "XBTUSD"}
    wire.answer("OpenOrders", opened(O7=foreign, O8=named, O9=elsewhere))
    assert [row.client_order_id for row in venue.open_orders()] == ["O7", "somebody"]
    wire.calls()
    seen = look(venue)
    assert (seen.executions, seen.ends) == ((), ())
    assert wire.calls() == ["Ticker", "OpenOrders"]


def test_a_foreign_execution_is_looked_up_once(wire, venue):
    rest(wire, venue)
    wire.answer("OpenOrders", opened(O1=open_row("a", vol_exec="40.00000000")))
    wire.answer("TradesHistory", trades(T1=trade_row("O1"), T2=trade_row("O8")))
    wire.answer("QueryOrders", {"O8": closed_row(None, vol_exec="40.00000000")})
    assert [one.fill_id for one in look(venue).executions] == ["T1"]
    wire.answer("OpenOrders", opened(O1=open_row("a", vol_exec="41.00000000")))
    wire.calls()
    look(venue)
    assert "QueryOrders" not in wire.calls()


def test_an_order_whose_answer_was_lost_is_known_again_when_it_shows(wire, venue):
    wire.answer("AddOrder", requests.ReadTimeout("slow"))
    assert venue.place(buy("a")).outcome == "unknown"
    wire.answer("OpenOrders", opened(O1=open_row("a", vol_exec="40.00000000")))
    wire.answer("TradesHistory", trades(T1=trade_row("O1")))
    assert [one.client_order_id for one in look(venue).executions] == ["a"]


def test_an_order_whose_answer_was_lost_and_that_filled_is_told_once_it_is_found(wire, venue):
    wire.answer("AddOrder", requests.ReadTimeout("slow"))
    venue.place(buy("a"))
    assert look(venue).executions == ()
    wire.answer("ClosedOrders", closed(O1=closed_row("a", vol_exec="100.00000000")))
    found = venue.find(["a"], NOON - SECOND)
    assert (found["a"].status, found["a"].venue_order_id) == ("filled", "O1")
    wire.answer("TradesHistory", trades(T1=trade_row("O1", vol="100.00000000")))
    assert [one.client_order_id for one in look(venue).executions] == ["a"]


def test_find_looks_at_open_orders_first_and_at_closed_ones_only_for_the_rest(wire, venue):
    wire.answer("OpenOrders", opened(O1=open_row("a")))
    assert set(venue.find(["a"], NOON)) == {"a"}
    assert wire.calls() == ["OpenOrders"]
    wire.answer("ClosedOrders", closed(O2=closed_row("b", "canceled", vol_exec="5.00000000")))
    found = venue.find(["a", "b", "c"], NOON)
    assert (found["b"].status, found["b"].filled) == ("canceled", Decimal(5))
    assert "c" not in found
    assert wire.calls() == ["OpenOrders", "ClosedOrders"]


def test_find_stops_at_the_page_that_has_the_last_one_and_fails_whole(wire, venue):
    first = closed(2, O1=closed_row("x"))
    wire.answer("ClosedOrders", first, closed(2, O2=closed_row("a")))
    assert set(venue.find(["a"], NOON)) == {"a"}
    wire.answer("ClosedOrders", first, closed(2))
    with pytest.raises(VenueUnavailable):
        venue.find(["a"], NOON)


def test_one_order_is_looked_up_by_our_name_where_the_venues_is_not_known(wire, venue):
    wire.answer("ClosedOrders", closed(O2=closed_row("b", "canceled")))
    assert venue.order("b").status == "canceled"
    assert [one["cl_ord_id"] for one in wire.bodies("ClosedOrders")] == ["b"]
    assert venue.order("nobody") is None


def test_balances_tell_what_is_free_held_flexible_and_locked(wire, venue):
    wire.answer(
        "BalanceEx",
        {
            "ZUSD": {"balance": "100.1234", "hold_trade": "12.3000"},
            "XXDG": {"balance": "1000.00000000", "hold_trade": "0.00000000"},
            "XDG.F": {"balance": "5.50000000", "hold_trade": "0.00000000"},
            "XDG.S": {"balance": "7.00000000", "hold_trade": "0.00000000"},
            "XXBT": {"balance": "1.0000000000", "hold_trade": "0.0000000000"},
        },
    )
    held = venue.balances()
    assert held == {
        "USD": Balance(Decimal("87.8234"), Decimal("12.3")),
        "DOGE": Balance(Decimal(1000), Decimal(0), Decimal("5.5"), (("S", Decimal(7)),)),
    }
    assert held["DOGE"].total == Decimal("1005.5")


def test_an_asset_the_account_never_held_is_nothing(wire, venue):
    wire.answer("BalanceEx", {})
    assert venue.balances()["DOGE"] == Balance(Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    "nothing",
    [
        page(200),
        page(502),
        page(200, ""),
        page(200, "[]"),
        {"error": []},
        says("EService:Busy"),
        {},
    ],
    ids=["page", "bad gateway", "empty", "list", "no result", "busy", "no list"],
)
def test_an_unanswered_call_is_never_no_orders(wire, venue, nothing):
    rest(wire, venue)
    wire.answer("OpenOrders", nothing)
    with pytest.raises(VenueUnavailable):
        look(venue)
    assert wire.calls().count("OpenOrders") == 5


def test_a_fault_of_the_road_is_asked_again_with_growing_waits(wire, venue):
    wire.answer("OpenOrders", requests.ConnectionError("reset"), page(520), opened())
    assert look(venue).ends == ()
    assert wire.calls() == ["Ticker", "OpenOrders", "OpenOrders", "OpenOrders"]
    assert wire.clock.wall() - NOON == 1_500_000


def test_a_rate_limit_waits_five_ten_and_twenty_seconds_within_the_budget(wire, venue):
    wire.answer("OpenOrders", says("EAPI:Rate limit exceeded"))
    with pytest.raises(VenueUnavailable, match="rate_limit"):
        look(venue)
    waited = (wire.clock.wall() - NOON) / SECOND
    assert 35 <= waited <= 45
    assert wire.calls().count("OpenOrders") == 4


def test_a_nonce_that_is_too_low_is_moved_on_and_asked_at_once(wire, venue):
    low = says("EAPI:Invalid nonce")
    wire.answer("OpenOrders", low, low, low, opened())
    look(venue)
    nonces = [int(body["nonce"]) for body in wire.bodies("OpenOrders")]
    steps = [later - earlier for earlier, later in pairwise(nonces)]
    assert steps == [1, SECOND + 1, 60 * SECOND + 1]
    assert wire.clock.wall() == NOON


def test_a_nonce_that_stays_too_low_fails_the_look(wire, venue):
    wire.answer("OpenOrders", says("EAPI:Invalid nonce"))
    with pytest.raises(VenueUnavailable, match="nonce"):
        look(venue)
    assert wire.calls().count("OpenOrders") == 6


def test_a_key_that_may_not_look_is_told_at_once(wire, venue):
    wire.answer("OpenOrders", says("EGeneral:Permission denied"))
    with pytest.raises(VenueRefused, match="permission"):
        look(venue)
    assert wire.calls() == ["Ticker", "OpenOrders"]


def test_the_price_is_stale_when_nothing_in_the_ticker_moved_for_too_long(wire, venue):
    assert look(venue).fresh
    wire.clock.sleep(60)
    assert look(venue).fresh
    wire.clock.sleep(1)
    assert not look(venue).fresh
    wire.answer("Ticker", {"XDGUSD": {"c": ["0.1000100", "1.00000000"]}})
    assert look(venue).fresh


def test_our_own_count_waits_before_the_exchange_would_refuse(wire):
    venue = venue_on(wire, tier="starter")
    for _ in range(15):
        venue.open_orders()
    assert venue.counters().throttle_waits == 0
    venue.open_orders()
    counters = venue.counters()
    assert counters.throttle_waits == 1
    assert counters.throttle_seconds == pytest.approx(1 / 0.33 + 0.1)
    assert counters.rest <= counters.rest_limit
    assert counters.calls_last_hour["OpenOrders"] == 16


def test_once_all_was_told_the_history_is_asked_from_the_last_look_on(wire, venue):
    rest(wire, venue)
    wire.clock.sleep(3 * 3600)
    wire.answer("Time", {"unixtime": wire.clock.wall() // SECOND})
    look(venue)
    wire.answer("OpenOrders", opened(O1=open_row("a", vol_exec="40.00000000")))
    look(venue)
    (body,) = wire.bodies("TradesHistory")
    assert int(body["start"]) == wire.clock.wall() // SECOND - 600 - 1


def test_an_order_found_late_is_asked_for_from_its_own_opening_on(wire, venue):
    wire.answer("AddOrder", requests.ReadTimeout("slow"))
    venue.place(buy("a"))
    wire.clock.sleep(3 * 3600)
    wire.answer("Time", {"unixtime": wire.clock.wall() // SECOND})
    look(venue)
    wire.answer("ClosedOrders", closed(O1=closed_row("a", vol_exec="100.00000000")))
    venue.find(["a"], NOON)
    wire.answer("TradesHistory", trades(T1=trade_row("O1", vol="100.00000000")))
    wire.sent.clear()
    assert [one.fill_id for one in look(venue).executions] == ["T1"]
    (body,) = wire.bodies("TradesHistory")
    assert int(body["start"]) == 1795175990 - 600 - 1


def test_neither_account_nor_terms_show_their_key(venue):
    assert repr(venue._account) == "Account(kraken, DOGE/USD)"
    assert repr(venue._wire.terms) == "Terms()"

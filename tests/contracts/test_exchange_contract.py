"""What a real venue owes beside a paper one: lost answers, faults, batches, restarts, counted calls.

Rules: ccxt speaks to the emulator over HTTP; time is the emulator's and stands still between steps.
"""

import time
from decimal import Decimal
from itertools import count

import pytest
from emulated_exchange import EmulatedExchange, look
from kraken_answers import buy, sell

from holdfast.domain.errors import VenueRefused, VenueUnavailable
from holdfast.domain.intents import CancelOrder, RepriceOrder
from holdfast.domain.market import MINUTE, SECOND
from holdfast.domain.slots import Role
from holdfast.venue import ccxt_writes
from holdfast.venue.port import Balance, Resumed, Watch

FLAT = ("0.100", "0.100", "0.100", "0.100", "1000000")
NUMBERS = count()


@pytest.fixture
def world(tmp_path):
    worlds = []

    def opened(*rows, **account):
        given = {"usd": "100000", "doge": "1000000"} | account
        folder = tmp_path / f"exchange-{next(NUMBERS)}"
        worlds.append(EmulatedExchange(folder, rows or [FLAT], **given))
        return worlds[-1]

    yield opened
    for one in worlds:
        one.close()


@pytest.fixture
def exchange(world):
    return world()


@pytest.fixture
def venue(exchange):
    opened = exchange.venue()
    exchange.calls()
    return opened


def answer(receipt):
    return receipt.outcome, receipt.reason


def deadline(venue):
    return venue.wall() + 10 * SECOND


def drop(name):
    return CancelOrder(client_order_id=name, role=Role.ENTRY)


def move(name, price, size="100", revision=1):
    return RepriceOrder(
        client_order_id=name, revision=revision, price=Decimal(price), size=Decimal(size)
    )


def rule(kind, *endpoints, **more):
    named = {"endpoints": list(endpoints)} if endpoints else {}
    return {"kind": kind, **named, **more}


def fifteen(mark="n"):
    return [buy(f"{mark}{n}", price=f"0.09{n + 10}") for n in range(8)] + [
        sell(f"{mark}{n}", price=f"0.11{n + 10}") for n in range(8, 15)
    ]


def test_x01_a_quiet_poll_costs_two_calls(exchange, venue):
    venue.place(buy("a"))
    look(venue)
    exchange.calls()
    seen = look(venue)
    assert exchange.calls() == {
        "OpenOrders": 1
    }  # and the ticker, which the account is not asked for
    assert venue.counters().calls_last_hour["Ticker"] == 2
    assert (seen.executions, seen.ends, seen.fresh) == ((), (), True)


def test_x02_fifteen_orders_are_one_call_and_every_receipt_names_its_own_order(exchange, venue):
    orders = fifteen()
    receipts = venue.submit(orders, deadline(venue))
    assert exchange.calls() == {"AddOrderBatch": 1}
    assert {one.outcome for one in receipts} == {"accepted"}
    named = {one.client_order_id: one.venue_order_id for one in receipts}
    rests = {one.client_order_id: one.venue_order_id for one in venue.open_orders()}
    assert named == rests
    assert [one.client_order_id for one in receipts] == [one.client_order_id for one in orders]


def test_x03_a_batch_of_which_some_are_refused_keeps_the_rest(world):
    exchange = world(usd="25", doge="100")
    venue = exchange.venue()
    orders = [
        buy("a"),
        sell("crosses", price="0.0999"),
        buy("b", price="0.0997"),
        buy("too much"),
        sell("s"),
    ]
    assert [answer(one) for one in venue.submit(orders, deadline(venue))] == [
        ("accepted", ""),
        ("refused", "post_only"),
        ("accepted", ""),
        ("refused", "insufficient_funds"),
        ("accepted", ""),
    ]
    assert {one.client_order_id for one in venue.open_orders()} == {"a", "b", "s"}


@pytest.mark.plan("004-010")
@pytest.mark.parametrize("kind", ["drop_request", "drop_answer"])
@pytest.mark.parametrize("size", [1, 2])
def test_x04_a_lost_answer_is_unknown_and_the_order_is_there_or_not(exchange, venue, kind, size):
    orders = [buy("a"), sell("b")][:size]
    exchange.faults(rule(kind, "AddOrder", "AddOrderBatch", times=1))
    receipts = venue.submit(orders, deadline(venue))
    assert {one.outcome for one in receipts} == {"unknown"}
    again = venue.submit(orders, deadline(venue))
    assert {one.outcome for one in again} == {"unknown"}
    found = venue.find([one.client_order_id for one in orders], venue.wall() - MINUTE)
    arrived = kind == "drop_answer"
    assert set(found) == ({one.client_order_id for one in orders} if arrived else set())
    assert len(venue.open_orders()) == (size if arrived else 0)


@pytest.mark.parametrize("status", [500, 502, 503, 520])
@pytest.mark.parametrize("when", ["before", "after"])
def test_x05_a_page_for_an_answer_is_unknown(exchange, venue, status, when):
    exchange.faults(rule("http_5xx", "AddOrder", status=status, when=when, times=1))
    assert venue.place(buy("a")).outcome == "unknown"
    assert set(venue.find(["a"], 0)) == ({"a"} if when == "after" else set())


@pytest.mark.parametrize(
    ("kind", "reason"), [("rate_limit", "rate_limit"), ("invalid_nonce", "nonce")]
)
def test_x06_what_is_turned_away_is_refused_and_did_not_arrive(exchange, venue, kind, reason):
    exchange.faults(rule(kind, "AddOrder", times=1))
    assert answer(venue.place(buy("a"))) == ("refused", reason)
    assert venue.find(["a"], 0) == {}


@pytest.mark.parametrize(
    ("mode", "told"),
    [("cancel_only", ("refused", "maintenance")), ("post_only", ("accepted", ""))],
)
def test_x07_a_market_in_a_mode_of_its_own_says_so(exchange, venue, mode, told):
    exchange.faults(rule("maintenance", mode=mode))
    assert answer(venue.place(buy("a"))) == told


def test_x08_an_exchange_in_maintenance_leaves_a_write_unknown(exchange, venue):
    exchange.faults(rule("maintenance"))
    assert venue.place(buy("a")).outcome == "unknown"


def test_x09_reads_are_asked_again_through_faults_and_writes_are_not(exchange, venue):
    exchange.faults(
        rule("drop_answer", "OpenOrders", times=1),
        rule("http_5xx", "OpenOrders", times=1, after=1),
        rule("rate_limit", "Ticker", times=1),
        rule("drop_answer", "CancelOrder", times=1),
    )
    assert look(venue).ends == ()
    assert venue.counters().calls_last_hour["OpenOrders"] == 3
    assert venue.cancel(drop("a")).outcome == "unknown"
    assert venue.counters().calls_last_hour["CancelOrder"] == 1


def test_x10_a_road_that_stays_shut_tells_nothing_and_loses_nothing(exchange, venue):
    venue.place(buy("a"))
    exchange.admin.fill(cl_ord_id="a", vol="40")
    exchange.faults(rule("drop_answer", "TradesHistory"))
    with pytest.raises(VenueUnavailable):
        look(venue)
    exchange.faults()
    assert [one.size for one in look(venue).executions] == [Decimal(40)]


def test_x11_a_part_on_arrival_is_told_with_what_was_paid(exchange, venue):
    exchange.faults(rule("partial_fill", "AddOrder", fraction="0.4", times=1))
    venue.place(buy("a"))
    (execution,) = look(venue).executions
    assert (execution.size, execution.price) == (Decimal(40), Decimal("0.0998"))
    assert execution.cost == execution.size * execution.price
    assert execution.fee == execution.cost * Decimal("0.0025")
    (rests,) = venue.open_orders()
    assert (rests.filled, rests.status) == (Decimal(40), "open")


@pytest.mark.parametrize("kind", ["cancel", "amend"])
def test_x12_a_fill_that_wins_the_race_is_told_as_a_fill(exchange, venue, kind):
    venue.place(buy("a"))
    look(venue)
    exchange.faults(rule("cancel_race", times=1))
    asked = venue.cancel(drop("a")) if kind == "cancel" else venue.reprice(move("a", "0.0997"))
    assert answer(asked) == ("refused", "not_open")
    seen = look(venue)
    assert [one.size for one in seen.executions] == [Decimal(100)]
    assert seen.ends == ()


def test_x13_an_order_cancelled_behind_our_back_ends_with_its_part(exchange, venue):
    venue.place(buy("a"))
    exchange.admin.fill(cl_ord_id="a", vol="65")
    exchange.admin.cancel(cl_ord_id="a")
    seen = look(venue)
    assert [one.size for one in seen.executions] == [Decimal(65)]
    assert [(end.client_order_id, end.status) for end in seen.ends] == [("a", "canceled")]
    assert look(venue).ends == ()


def test_x14_a_hundred_and_twenty_executions_come_over_three_pages(exchange, venue):
    venue.place(buy("a", size="1200"))
    look(venue)
    for _ in range(120):
        exchange.admin.fill(cl_ord_id="a", vol="10")
        exchange.pass_time(SECOND)
    exchange.calls()
    seen = look(venue)
    assert exchange.calls() == {"OpenOrders": 1, "QueryOrders": 1, "TradesHistory": 3}
    assert len({one.fill_id for one in seen.executions}) == 120
    assert sum(one.size for one in seen.executions) == Decimal(1200)
    assert len(venue.executions(0)) == 120


def test_x15_orders_of_others_are_listed_and_their_executions_are_not_ours(exchange, venue):
    stranger = exchange.admin.order(
        pair="XDGUSD", type="buy", ordertype="limit", price="0.0990", volume="50"
    )
    venue.place(buy("a"))
    exchange.admin.fill(txid=stranger["txid"], vol="20")
    exchange.admin.fill(cl_ord_id="a", vol="30")
    seen = look(venue)
    assert [(one.client_order_id, one.size) for one in seen.executions] == [("a", Decimal(30))]
    assert {one.client_order_id for one in venue.open_orders()} == {"a", stranger["txid"]}
    assert [one.client_order_id for _, one in venue.executions(0)] == ["a"]


def test_x16_an_amend_keeps_both_names(exchange, venue):
    placed = venue.place(buy("a"))
    exchange.pass_time(20 * SECOND)
    assert answer(venue.amend(move("a", "0.0990", "150"), deadline(venue))) == ("accepted", "")
    found = venue.order("a")
    assert (found.price, found.size) == (Decimal("0.0990"), Decimal(150))
    assert found.venue_order_id == placed.venue_order_id


def test_x17_an_amend_that_would_cross_keeps_the_old_price(exchange, venue):
    venue.place(buy("a"))
    assert answer(venue.reprice(move("a", "0.1010"))) == ("refused", "post_only")
    assert venue.order("a").price == Decimal("0.0998")


@pytest.mark.parametrize("kind", ["drop_request", "drop_answer"])
def test_x18_a_lost_amend_left_the_old_price_or_the_new(exchange, venue, kind):
    venue.place(buy("a"))
    exchange.faults(rule(kind, "AmendOrder", times=1))
    assert venue.reprice(move("a", "0.0990")).outcome == "unknown"
    price = "0.0990" if kind == "drop_answer" else "0.0998"
    assert venue.find(["a"], 0)["a"].price == Decimal(price)


def test_x19_a_deadline_that_passed_on_the_road_is_refused_by_the_exchange(exchange, venue):
    exchange.faults(rule("clock_shift", seconds=30))
    told = [answer(one) for one in venue.submit([buy("a")], deadline(venue))]
    assert told == [("refused", "deadline")]
    assert venue.find(["a"], 0) == {}
    look(venue)  # which hears the clock again
    assert answer(venue.place(buy("a"))) == ("accepted", "")


def test_x20_the_clock_of_the_exchange_is_heard_and_its_skew_is_told(exchange, venue):
    assert venue.skew_seconds() == 0
    exchange.faults(rule("clock_shift", seconds=30))
    assert venue.skew_seconds() == pytest.approx(30, abs=1)
    assert answer(venue.place(buy("a"))) == ("accepted", "")
    exchange.faults(rule("clock_shift", seconds=-30))
    before = venue.wall()
    assert venue.skew_seconds() == pytest.approx(-30, abs=1)
    assert venue.wall() == before


def test_x21_a_price_that_stands_still_is_stale_after_its_time(world):
    exchange = world(*[("0.100", "0.101", "0.099", "0.100", "5")] * 5)
    venue = exchange.venue(stale_price_max_age_sec=60)
    look(venue)
    exchange.faults(rule("stale_ticker"))
    exchange.pass_time(60 * SECOND)
    assert look(venue).fresh
    exchange.pass_time(SECOND)
    assert not look(venue).fresh
    exchange.faults()
    assert look(venue).fresh


def test_x22_a_life_that_ended_is_taken_up_by_the_next(exchange, venue):
    first = venue.place(buy("a"))
    second = venue.place(sell("b"))
    exchange.admin.fill(cl_ord_id="a", vol="40")
    seen = look(venue)
    told_at = seen.at
    venue.close()
    exchange.pass_time(MINUTE)
    exchange.admin.fill(cl_ord_id="a", vol="60")
    exchange.admin.cancel(cl_ord_id="b")
    next_life = exchange.venue()
    next_life.resume(
        told_at,
        [one.fill_id for one in seen.executions],
        [
            Resumed("a", first.venue_order_id, Decimal(40)),
            Resumed("b", second.venue_order_id, Decimal(0)),
        ],
    )
    news = look(next_life)
    assert [(one.client_order_id, one.size) for one in news.executions] == [("a", Decimal(60))]
    assert [(end.client_order_id, end.status) for end in news.ends] == [("b", "canceled")]


def test_x23_an_order_sent_by_a_life_that_died_is_found_and_its_fill_told(exchange, venue):
    exchange.faults(rule("drop_answer", "AddOrder", times=1))
    venue.place(buy("a"))
    exchange.admin.fill(cl_ord_id="a")
    next_life = exchange.venue()
    next_life.resume(next_life.wall(), [], [Resumed("a", "", Decimal(0))])
    assert look(next_life).executions == ()
    assert next_life.find(["a"], 0)["a"].status == "filled"
    assert [one.size for one in look(next_life).executions] == [Decimal(100)]


def test_x24_two_hundred_orders_are_taken_up_in_at_most_ten_private_calls(exchange):
    first_life, orders = exchange.venue(), []
    for wave in range(14):
        batch = fifteen(f"w{wave}-")[: 15 if wave < 13 else 5]
        receipts = first_life.submit(batch, deadline(first_life))
        orders += [(one.client_order_id, one.venue_order_id) for one in receipts]
        exchange.pass_time(10 * SECOND)
    assert len(orders) == 200
    for name, _ in orders[:70]:
        exchange.admin.fill(cl_ord_id=name)
    for name, _ in orders[70:80]:
        exchange.admin.cancel(cl_ord_id=name)
    next_life = exchange.venue(tier="starter")
    exchange.calls()
    next_life.resume(0, [], [Resumed(name, txid, Decimal(0)) for name, txid in orders])
    seen = look(next_life)
    assert len(seen.executions) == 70
    assert len(seen.ends) == 10
    next_life.balances()
    found = next_life.find([name for name, _ in orders], 0)
    assert len(found) == 200
    assert sum(exchange.calls().values()) <= 10
    assert next_life.counters().throttle_waits == 0


def test_x25_eighty_slots_come_up_in_eleven_calls_without_a_reject(exchange, venue):
    sides = [
        (buy(f"b{n}", price=f"0.09{n:02}"), sell(f"s{n}", price=f"0.11{n:02}")) for n in range(80)
    ]
    orders = [one for pair in sides for one in pair]
    for start in range(0, 160, 15):
        receipts = venue.submit(orders[start : start + 15], deadline(venue))
        assert {one.outcome for one in receipts} == {"accepted"}
    assert exchange.calls() == {"AddOrderBatch": 11}
    assert len(venue.open_orders()) == 160
    assert exchange.session.core.state.rejects == {}


def test_x26_our_counters_never_stand_below_the_exchanges(exchange, venue):
    for wave in range(3):
        venue.submit(fifteen(f"w{wave}-"), deadline(venue))
        exchange.pass_time(3 * SECOND)
        for n in range(4):
            venue.reprice(move(f"w{wave}-{n}", f"0.08{n + 10}"))
            venue.cancel(drop(f"w{wave}-{n + 4}"))
        look(venue)
    state, ours = exchange.session.core.state, venue.counters()
    assert ours.engine >= float(state.engine["XDGUSD"].value) - 1e-6
    assert ours.rest >= float(state.rest[exchange.key.key].value) - 1e-6
    assert state.rejects == {}


def test_x27_the_lowest_tier_waits_by_our_own_count_and_is_never_turned_away(world):
    exchange = world(tier="starter")
    venue = exchange.venue()
    for _ in range(40):
        venue.open_orders()
    assert exchange.session.core.state.rejects == {}
    assert venue.counters().throttle_waits > 0


def test_x28_what_earns_elsewhere_is_told_apart(exchange, venue):
    venue.place(sell("s"))
    exchange.admin.flow("DOGE", "1000", "earn")
    held = venue.balances()["DOGE"]
    assert held == Balance(Decimal(998900), Decimal(100), Decimal(1000))
    assert held.total == Decimal(1000000)


def test_x29_a_key_that_lacks_a_permission_is_told_at_once(exchange, venue):
    exchange.faults(rule("error", "OpenOrders", text="EGeneral:Permission denied"))
    with pytest.raises(VenueRefused, match="permission"):
        look(venue)
    assert venue.counters().calls_last_hour["OpenOrders"] == 1


def test_x30_orders_that_filled_between_two_polls_are_told_in_the_order_they_filled(world):
    deep = ("0.100", "0.100", "0.090", "0.095", "1000000")
    exchange = world(FLAT, deep, deep)
    venue = exchange.venue()
    for name, price in (("b", "0.095"), ("a", "0.096"), ("d", "0.091"), ("c", "0.095")):
        venue.place(buy(name, price=price))
    exchange.pass_time(2 * MINUTE)
    seen = list(venue.observe(Watch()))
    assert [one.client_order_id for one in seen[0].executions] == ["a", "b", "c", "d"]
    assert {one.price for one in seen[0].executions} == {
        Decimal("0.096"),
        Decimal("0.095"),
        Decimal("0.091"),
    }


def test_x31_an_order_that_runs_out_of_its_time_ends_as_expired(exchange, venue):
    venue.place(buy("a"))
    order = next(iter(exchange.session.core.state.orders.values()))
    exchange.session.core.end(order, "expired", "Order expired")
    assert [(end.client_order_id, end.status) for end in look(venue).ends] == [("a", "expired")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_x32_an_answer_that_takes_too_long_is_unknown_and_comes_to_nothing_twice(
    exchange, venue, monkeypatch, when
):
    monkeypatch.setattr(ccxt_writes, "WRITE_TIMEOUT_MS", 200)
    exchange.faults(rule("delay", "AddOrder", seconds=1, when=when, times=1))
    assert venue.place(buy("a")).outcome == "unknown"
    exchange.faults()
    assert venue.place(buy("a")).outcome == "unknown"
    time.sleep(1.2)  # the delay is the machine's; the order arrives late, or has been there
    assert exchange.admin.audit()["accepted"] == {"a": 1}
    exchange.admin.fill(cl_ord_id="a")
    look(venue)
    venue.find(["a"], 0)
    assert [one.client_order_id for one in look(venue).executions] == ["a"]


def test_x33_a_write_that_answers_just_in_time_is_what_it_is(exchange, venue, monkeypatch):
    monkeypatch.setattr(ccxt_writes, "WRITE_TIMEOUT_MS", 1000)
    exchange.faults(rule("delay", "AddOrder", seconds="0.5", when="after", times=1))
    assert answer(venue.place(buy("a"))) == ("accepted", "")


def test_x34_what_moved_and_was_no_trade_is_listed_with_its_fee(exchange, venue):
    exchange.pass_time(MINUTE)
    since = exchange.clock.wall()
    venue.place(buy("a"))
    exchange.admin.fill(cl_ord_id="a")
    exchange.pass_time(SECOND)
    exchange.admin.flow("USD", "500", "deposit")
    exchange.pass_time(SECOND)
    exchange.admin.flow("DOGE", "30", "withdrawal", "2")
    exchange.pass_time(SECOND)
    exchange.admin.flow("DOGE", "10", "earn")
    exchange.admin.flow("BTC", "1", "deposit")
    flows = [(one.asset, one.part, one.amount, one.fee) for one in venue.flows(since)]
    assert flows[:2] == [
        ("USD", "", Decimal(500), Decimal(0)),
        ("DOGE", "", Decimal(-30), Decimal(2)),
    ]
    assert sorted(flows[2:]) == [
        ("DOGE", "", Decimal(-10), Decimal(0)),
        ("DOGE", "F", Decimal(10), Decimal(0)),
    ]


def test_x35_the_key_says_what_it_may_do(exchange, venue):
    told = venue.key_info()
    assert "modify-trades" in told["permissions"]
    assert "withdraw-funds" not in told["permissions"]
    assert told["nonceWindow"] == 0

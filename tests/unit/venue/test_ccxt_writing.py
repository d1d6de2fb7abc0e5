"""What leaves for the exchange, what its answers become, and that nothing leaves twice."""

import logging
from decimal import Decimal

import pytest
import requests
from kraken_answers import (
    KEY,
    NOON,
    SECRET,
    Boundary,
    Wire,
    added,
    added_one_of_many,
    buy,
    closed_row,
    open_row,
    opened,
    page,
    says,
    sell,
    venue_on,
)

from holdfast.domain.errors import VenueRefused
from holdfast.domain.intents import CancelOrder, RepriceOrder
from holdfast.domain.slots import Role
from holdfast.venue.ccxt_wire import _last_nonce
from holdfast.venue.port import Watch

SECOND = 1_000_000
LATER = NOON + 10 * SECOND


@pytest.fixture
def wire(monkeypatch):
    return Wire(monkeypatch)


@pytest.fixture
def venue(wire):
    venue = venue_on(wire)
    wire.calls()
    return venue


def answer(receipt):
    return receipt.outcome, receipt.reason


def move(name, price="0.0997", size="100"):
    return RepriceOrder(client_order_id=name, revision=1, price=Decimal(price), size=Decimal(size))


def drop(name):
    return CancelOrder(client_order_id=name, role=Role.ENTRY)


def rest(wire, venue, name="a", txid="O1"):
    wire.answer("AddOrder", added(buy(name), txid))
    assert venue.place(buy(name)).outcome == "accepted"
    wire.calls()


def test_one_order_leaves_with_our_name_post_only_fees_in_quote_and_a_deadline(wire, venue):
    wire.answer("AddOrder", added(buy("a")))
    (receipt,) = venue.submit([buy("a")], LATER)
    assert (receipt.outcome, receipt.venue_order_id) == ("accepted", "O1")
    (body,) = wire.bodies("AddOrder")
    body.pop("nonce")
    assert body == {
        "pair": "XDGUSD",
        "type": "buy",
        "ordertype": "limit",
        "volume": "100",
        "cl_ord_id": "a",
        "price": "0.0998",
        "oflags": "fciq,post",
        "deadline": "2026-11-20T12:00:10.000Z",
    }


def test_place_gives_the_venue_ten_seconds_of_its_own_time(wire, venue):
    wire.answer("AddOrder", added(buy("a")))
    venue.place(buy("a"))
    assert wire.bodies("AddOrder")[0]["deadline"] == "2026-11-20T12:00:10.000Z"
    (_, _, named) = wire.sent[0]
    assert named["timeout"] == 8.0


def test_fifteen_orders_are_one_call_and_each_gets_its_own_receipt(wire, venue):
    orders = [buy(f"b{n}", price=f"0.09{n + 10}") for n in range(8)]
    orders += [sell(f"s{n}", price=f"0.11{n + 10}") for n in range(7)]
    rows = [added_one_of_many(order, f"O{n}") for n, order in enumerate(orders)]
    wire.answer("AddOrderBatch", {"orders": rows})
    receipts = venue.submit(orders, LATER)
    assert wire.calls() == ["AddOrderBatch"]
    assert [one.client_order_id for one in receipts] == [one.client_order_id for one in orders]
    assert [one.venue_order_id for one in receipts] == [f"O{n}" for n in range(15)]


def test_the_body_of_a_batch_names_every_order(wire, venue):
    wire.answer("AddOrderBatch", {"orders": []})
    venue.submit([buy("a"), sell("b")], LATER)
    (body,) = wire.bodies("AddOrderBatch")
    assert body["pair"] == "XDGUSD"
    assert body["deadline"] == "2026-11-20T12:00:10.000Z"
    assert [(one["cl_ord_id"], one["type"], one["oflags"]) for one in body["orders"]] == [
        ("a", "buy", "fciq,post"),
        ("b", "sell", "fciq,post"),
    ]


def test_a_batch_of_which_one_was_refused_keeps_the_others(wire, venue):
    orders = [buy("a"), buy("b", price="0.0997"), sell("c")]
    rows = [
        added_one_of_many(orders[0], "O1"),
        {"error": "EOrder:Insufficient funds"},
        added_one_of_many(orders[2], "O3"),
    ]
    wire.answer("AddOrderBatch", {"orders": rows})
    assert [answer(one) for one in venue.submit(orders, LATER)] == [
        ("accepted", ""),
        ("refused", "insufficient_funds"),
        ("accepted", ""),
    ]


@pytest.mark.parametrize(
    "lost",
    [
        requests.ReadTimeout("slow"),
        requests.ConnectionError("reset"),
        page(502),
        page(200),
        page(200, ""),
        page(302),
        says("EService:Busy"),
        says("EOrder:Something new"),
        {"orders": []},
        {},
    ],
    ids=["slow", "reset", "502", "page", "empty", "moved", "busy", "new word", "none", "nothing"],
)
def test_a_batch_whose_answer_is_lost_is_unknown_for_each_and_never_sent_again(wire, venue, lost):
    orders = [buy("a"), sell("b")]
    wire.answer("AddOrderBatch", lost)
    assert [one.outcome for one in venue.submit(orders, LATER)] == ["unknown", "unknown"]
    assert [one.outcome for one in venue.submit(orders, LATER)] == ["unknown", "unknown"]
    assert wire.calls() == ["AddOrderBatch"]


def test_an_answer_about_another_order_is_not_taken_for_ours(wire, venue):
    orders = [buy("a"), sell("b")]
    rows = [added_one_of_many(orders[1], "O1"), added_one_of_many(orders[0], "O2")]
    wire.answer("AddOrderBatch", {"orders": rows})
    assert [one.outcome for one in venue.submit(orders, LATER)] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("EOrder:Post only order", "post_only"),
        ("EOrder:Insufficient funds", "insufficient_funds"),
        ("EOrder:Order minimum not met", "min_size"),
        ("EOrder:Cost minimum not met", "min_cost"),
        ("EOrder:Orders limit exceeded", "open_order_cap"),
        ("EOrder:Rate limit exceeded", "rate_limit"),
        ("EAPI:Rate limit exceeded", "rate_limit"),
        ("EService:Market in cancel_only mode", "maintenance"),
        ("EGeneral:Permission denied", "permission"),
        ("EService:Deadline elapsed", "deadline"),
        ("EGeneral:Invalid arguments:volume", "invalid"),
        ("EAPI:Invalid nonce", "nonce"),
    ],
)
def test_what_the_exchange_refuses_is_refused_in_our_words(wire, venue, words, reason):
    wire.answer("AddOrder", says(words))
    assert answer(venue.place(buy("a"))) == ("refused", reason)
    assert wire.calls() == ["AddOrder"]


def test_a_refused_order_may_be_asked_for_again(wire, venue):
    wire.answer("AddOrder", says("EOrder:Insufficient funds"), added(buy("a")))
    assert venue.place(buy("a")).outcome == "refused"
    assert venue.place(buy("a")).outcome == "accepted"


def test_after_a_nonce_that_was_too_low_the_next_is_far_above(wire, venue):
    wire.answer("AddOrder", says("EAPI:Invalid nonce"), added(buy("a")))
    venue.place(buy("a"))
    venue.place(buy("a"))
    first, second = (int(body["nonce"]) for body in wire.bodies("AddOrder"))
    assert second >= first + SECOND


def test_an_order_that_rests_is_not_sent_again(wire, venue):
    rest(wire, venue)
    again = venue.place(buy("a"))
    assert (again.outcome, again.venue_order_id) == ("accepted", "O1")
    assert wire.calls() == []


def test_an_order_that_is_over_is_not_sent_again(wire, venue):
    rest(wire, venue)
    wire.answer("QueryOrders", {"O1": closed_row("a", "canceled")})
    list(venue.observe(Watch()))
    wire.calls()
    assert venue.place(buy("a")).outcome == "accepted"
    assert wire.calls() == []


def test_one_name_twice_in_a_batch_leaves_once(wire, venue):
    wire.answer("AddOrder", added(buy("a")))
    assert [one.outcome for one in venue.submit([buy("a"), buy("a")], LATER)] == ["accepted"] * 2
    assert len(wire.bodies("AddOrder")) == 1


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"price": "0.09980005"}, "price_tick"),
        ({"size": "100.000000001"}, "size_step"),
        ({"size": "12.99999999"}, "min_size"),
        ({"size": "13", "price": "0.0384"}, "min_cost"),
    ],
)
def test_what_its_own_rules_forbid_does_not_leave(wire, venue, order, reason):
    assert answer(venue.place(buy("a", **order))) == ("refused", reason)
    assert wire.calls() == []


def test_an_order_at_the_bounds_leaves(wire, venue):
    order = buy("a", size="13", price="0.0384616")
    wire.answer("AddOrder", added(order))
    assert venue.place(order).outcome == "accepted"


def test_a_deadline_that_has_passed_is_refused_here(wire, venue):
    assert answer(venue.submit([buy("a")], NOON)[0]) == ("refused", "deadline")
    assert wire.calls() == []


def test_the_boundary_is_asked_for_each_write_with_its_notional(wire):
    boundary = Boundary()
    venue = venue_on(wire, boundary)
    wire.answer("AddOrder", added(buy("a")))
    wire.answer("AmendOrder", {"amend_id": "A1"})
    wire.answer("CancelOrder", {"count": 1})
    venue.place(buy("a"))
    venue.reprice(move("a"))
    venue.cancel(drop("a"))
    assert boundary.asked == [
        (buy("a"), Decimal("9.98")),
        (move("a"), Decimal("9.97")),
        (drop("a"), Decimal(0)),
    ]


def test_what_the_boundary_refuses_never_leaves(wire):
    venue = venue_on(wire, Boundary("permit_expired"))
    wire.calls()
    refused = ("refused", "permit_expired")
    assert [answer(one) for one in venue.submit([buy("a"), sell("b")], LATER)] == [refused] * 2
    assert answer(venue.reprice(move("a"))) == refused
    assert answer(venue.cancel(drop("a"))) == refused
    assert wire.calls() == []


def test_the_boundary_may_refuse_one_order_of_a_batch(wire):
    venue = venue_on(wire, Boundary(lambda intent: "cap" if intent.client_order_id == "b" else ""))
    wire.answer("AddOrder", added(buy("a")))
    receipts = venue.submit([buy("a"), sell("b")], LATER)
    assert [answer(one) for one in receipts] == [("accepted", ""), ("refused", "cap")]
    assert len(wire.bodies("AddOrder")) == 1


def test_an_amend_keeps_the_names_and_sends_the_new_whole_size(wire, venue):
    rest(wire, venue)
    wire.answer("AmendOrder", {"amend_id": "A1"})
    moved = venue.amend(move("a", "0.0996", "120"), LATER)
    assert (moved.outcome, moved.venue_order_id) == ("accepted", "O1")
    (body,) = wire.bodies("AmendOrder")
    body.pop("nonce")
    assert body == {
        "cl_ord_id": "a",
        "order_qty": "120",
        "limit_price": "0.0996",
        "post_only": "true",
        "deadline": "2026-11-20T12:00:10.000Z",
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("EOrder:Post only order", ("refused", "post_only")),
        ("EOrder:Unknown order", ("refused", "not_open")),
        ("EOrder:Insufficient funds", ("refused", "insufficient_funds")),
    ],
)
def test_a_refused_amend_says_why(wire, venue, words, told):
    rest(wire, venue)
    wire.answer("AmendOrder", says(words))
    assert answer(venue.reprice(move("a"))) == told


def test_an_amend_whose_answer_is_lost_is_unknown(wire, venue):
    rest(wire, venue)
    wire.answer("AmendOrder", requests.ReadTimeout("slow"))
    assert venue.reprice(move("a")).outcome == "unknown"
    assert wire.calls() == ["AmendOrder"]


def test_an_amend_that_can_wait_is_held_back_above_sixty_percent(wire, venue):
    wire.answer("AddOrderBatch", *[lambda n=n: {"orders": batch(n)} for n in range(7)])
    for n in range(7):
        venue.submit(batch_orders(n), LATER)
    wire.clock.sleep(16)
    wire.answer("AmendOrder", {"amend_id": "A1"})
    assert venue.counters().engine == pytest.approx(105 - 60)
    venue._engine.add(63)
    assert answer(venue.amend(move("n0-0"), wire.clock.wall() + SECOND)) == (
        "refused",
        "rate_limit",
    )
    assert "AmendOrder" not in wire.calls()
    wire.clock.sleep(1)
    assert venue.amend(move("n0-0"), wire.clock.wall() + SECOND).outcome == "accepted"


def batch_orders(number):
    return [buy(f"n{number}-{place}") for place in range(15)]


def batch(number):
    return [added_one_of_many(one, f"O-{one.client_order_id}") for one in batch_orders(number)]


def test_orders_beyond_the_engines_limit_do_not_leave_and_cancels_always_do(wire):
    venue = venue_on(wire, tier="starter")
    wire.answer("AddOrderBatch", *[lambda n=n: {"orders": batch(n)} for n in range(4)])
    for n in range(4):
        assert {one.outcome for one in venue.submit(batch_orders(n), LATER)} == {"accepted"}
    assert answer(venue.place(buy("z"))) == ("refused", "rate_limit")
    wire.answer("CancelOrder", {"count": 1})
    assert venue.cancel(drop("n0-0")).outcome == "accepted"
    assert venue.counters().engine == pytest.approx(68)


def test_as_many_orders_leave_as_fit(wire):
    venue = venue_on(wire, tier="starter")
    venue._engine.add(58)
    orders = [buy("a"), sell("b"), buy("c", price="0.0997")]
    rows = [added_one_of_many(order, f"O{n}") for n, order in enumerate(orders[:2])]
    wire.answer("AddOrderBatch", {"orders": rows})
    outcomes = [answer(one) for one in venue.submit(orders, LATER)]
    assert outcomes == [("accepted", "")] * 2 + [("refused", "rate_limit")]


def test_more_than_fifteen_orders_are_a_mistake(wire, venue):
    with pytest.raises(VenueRefused, match="at most 15"):
        venue.submit([buy(f"a{n}") for n in range(16)], LATER)


def test_a_cancel_names_our_id_alone(wire, venue):
    rest(wire, venue)
    wire.answer("CancelOrder", {"count": 1})
    assert answer(venue.cancel(drop("a"))) == ("accepted", "")
    (body,) = wire.bodies("CancelOrder")
    assert {name for name in body if name != "nonce"} == {"cl_ord_id"}


@pytest.mark.parametrize("gone", [says("EOrder:Unknown order"), {"count": 0}])
def test_cancelling_what_is_not_open_is_refused(wire, venue, gone):
    wire.answer("CancelOrder", gone)
    assert answer(venue.cancel(drop("a"))) == ("refused", "not_open")


def test_a_cancel_that_is_pending_is_accepted(wire, venue):
    wire.answer("CancelOrder", {"count": 0, "pending": True})
    assert venue.cancel(drop("a")).outcome == "accepted"


def test_the_answer_to_an_earlier_cancel_is_not_taken_for_this_ones(wire, venue):
    wire.answer(
        "CancelOrder", says("EOrder:Unknown order"), requests.ReadTimeout("slow"), {"count": 1}
    )
    assert answer(venue.cancel(drop("a"))) == ("refused", "not_open")
    assert venue.cancel(drop("b")).outcome == "unknown"


def test_an_account_opened_for_looking_writes_nothing(wire):
    venue = venue_on(wire, live=False)
    wire.calls()
    assert answer(venue.place(buy("a"))) == ("refused", "not_live")
    assert answer(venue.reprice(move("a"))) == ("refused", "not_live")
    assert answer(venue.cancel(drop("a"))) == ("refused", "not_live")
    assert wire.calls() == []


def test_an_exchange_that_is_not_proven_is_refused_for_live_use(wire):
    with pytest.raises(VenueRefused, match="binance is not safe for live trading"):
        venue_on(wire, exchange="binance", symbol="DOGE/USDT")
    with pytest.raises(VenueRefused, match="ccxt has no exchange 'nowhere'"):
        venue_on(wire, exchange="nowhere")


def test_nonces_rise_from_call_to_call_and_from_venue_to_venue(wire, venue):
    venue.open_orders()
    venue.open_orders()
    venue_on(wire).open_orders()
    nonces = [int(body["nonce"]) for body in wire.bodies("OpenOrders")]
    assert nonces == sorted(set(nonces))
    assert nonces[0] >= NOON
    assert len(nonces) == 3


def test_neither_key_nor_secret_is_kept_shown_or_logged(wire, venue, caplog):
    caplog.set_level(logging.DEBUG)
    wire.answer("OpenOrders", opened(O1=open_row("x")))
    venue.open_orders()
    held = repr(venue) + repr(vars(venue)) + repr(vars(venue._wire)) + caplog.text
    assert repr(venue) == "CcxtVenue(kraken, DOGE/USD)"
    assert KEY not in held
    assert SECRET not in held
    assert KEY not in repr(_last_nonce)


def test_a_key_that_cannot_be_had_sends_nothing(wire):
    def locked():
        raise RuntimeError("the vault is shut")

    venue = venue_on(wire)
    venue._wire.terms.secret = locked
    wire.calls()
    assert answer(venue.place(buy("a"))) == ("refused", "permission")
    assert wire.calls() == []


def test_the_observer_hears_of_every_call(wire):
    heard = []
    venue = venue_on(wire)
    venue._wire.terms.observer = lambda endpoint, outcome, _seconds: heard.append(
        (endpoint, str(outcome))
    )
    wire.answer("AddOrder", says("EOrder:Post only order"))
    venue.open_orders()
    venue.place(buy("a"))
    assert heard == [("OpenOrders", "ok"), ("AddOrder", "post_only")]

"""What the trading endpoints accept, refuse and answer."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from emulated import DOGE, ORIGIN, SECOND, Caller, limit, session, under

from holdfast.venue.emulator import refusals

UUID = "2c6be801-1f53-4f79-a0bb-4ea1c95dfae9"


@pytest.fixture
def opened(tmp_path):
    return session(tmp_path)


@pytest.fixture
def caller(opened):
    return Caller(opened)


@pytest.fixture
def price(opened):
    return under(opened.core)


def at(seconds):
    """Write a time that many seconds after the beginning."""
    return datetime.fromtimestamp(ORIGIN / SECOND + seconds, UTC).isoformat()


def test_an_order_is_told_in_a_sentence_and_has_an_id(caller, price):
    told, error = caller.ask("AddOrder", **limit("buy", price, 20))
    assert error == ""
    assert told["descr"]["order"] == f"buy 20.00000000 XDGUSD @ limit {price:.7f}"
    assert [len(one) for one in told["txid"]] == [19]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"pair": "XDGEUR"}, refusals.PAIR),
        ({"type": "hold"}, "EGeneral:Invalid arguments:type"),
        ({"ordertype": "stop-loss"}, "EGeneral:Invalid arguments:ordertype"),
        ({"volume": "12.99999999"}, refusals.ORDER_MINIMUM),
        ({"volume": "20.000000001"}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "nan"}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "-20"}, "EGeneral:Invalid arguments:volume"),
        ({"price": "0"}, "EGeneral:Invalid arguments:price"),
        ({"volume": "13", "price": "0.03"}, refusals.COST_MINIMUM),
        ({"leverage": "2"}, refusals.MARGIN),
        ({"oflags": "fcib"}, "EGeneral:Invalid arguments:oflags"),
        ({"timeinforce": "FOK"}, "EGeneral:Invalid arguments:timeinforce"),
        ({"cl_ord_id": "x" * 19}, "EGeneral:Invalid arguments:cl_ord_id"),
        ({"cl_ord_id": "abc", "userref": "1"}, "EGeneral:Invalid arguments:cl_ord_id"),
        ({"volume": "10000000"}, refusals.FUNDS),
        ({"validate": "perhaps"}, "EGeneral:Invalid arguments:validate"),
    ],
)  # fmt: skip
def test_a_bad_order_is_refused_for_its_reason(caller, opened, price, change, error):
    assert caller.ask("AddOrder", **{**limit("buy", price, 20), **change})[1] == error
    assert not opened.core.state.orders


@pytest.mark.parametrize(
    ("decimals", "error"), [(7, ""), (8, "EOrder:Invalid price:XDGUSD price can only")]
)
def test_a_price_has_the_pairs_decimals_and_no_more(caller, decimals, error):
    told = caller.ask("AddOrder", **limit("buy", "0.09" + "0" * (decimals - 3) + "1", 20))[1]
    assert told.startswith(error)
    assert bool(told) == bool(error)


@pytest.mark.parametrize(("volume", "error"), [("13", ""), ("12.99999999", refusals.ORDER_MINIMUM)])
def test_the_minimum_is_allowed_and_less_is_not(caller, price, volume, error):
    assert caller.ask("AddOrder", **limit("buy", price, volume))[1] == error


@pytest.mark.parametrize("word", ["x" * 18, "a" * 32, UUID, UUID.replace("-", "")])
def test_a_clients_id_has_three_forms(caller, price, word):
    assert caller.ask("AddOrder", **limit("buy", price, 20, cl_ord_id=word))[1] == ""


def test_a_clients_id_is_unique_among_open_orders_and_free_again_after(caller, opened, price):
    asked = limit("buy", price, 20, cl_ord_id="again")
    first = caller.ask("AddOrder", **asked)[0]["txid"][0]
    assert caller.ask("AddOrder", **asked)[1] == refusals.DUPLICATE
    assert caller.ask("CancelOrder", cl_ord_id="again") == ({"count": 1}, "")
    assert caller.ask("AddOrder", **asked)[1] == ""
    assert len(opened.core.orders_of("again")) == 2
    assert opened.core.state.orders[first].status == "canceled"


@pytest.mark.parametrize(
    ("seconds", "error"),
    [(-1, refusals.DEADLINE), (0, refusals.DEADLINE), (0.000001, ""), (60, ""),
     (60.000001, "EGeneral:Invalid arguments:deadline")],
)  # fmt: skip
def test_a_deadline_is_kept_to_the_microsecond(caller, price, seconds, error):
    assert caller.ask("AddOrder", **limit("buy", price, 20, deadline=at(seconds)))[1] == error


@pytest.mark.parametrize("text", ["soon", "2026-01-01T00:00:30"])
def test_a_deadline_without_form_or_zone_is_refused(caller, price, text):
    told = caller.ask("AddOrder", **limit("buy", price, 20, deadline=text))
    assert told[1] == "EGeneral:Invalid arguments:deadline"


@pytest.mark.parametrize("word", ["true", "True", "1"])
def test_validate_judges_and_places_nothing(caller, opened, price, word):
    told, error = caller.ask("AddOrder", **limit("buy", price, 20, validate=word))
    assert (list(told), error) == (["descr"], "")
    assert not opened.core.state.orders
    asked = limit("buy", price, 2, validate=word)
    assert caller.ask("AddOrder", **asked)[1] == refusals.ORDER_MINIMUM


@pytest.mark.parametrize(("count", "error"), [(1, "orders"), (2, ""), (15, ""), (16, "orders")])
def test_a_batch_has_two_to_fifteen_orders(caller, price, count, error):
    rows = [limit("buy", price, 20) for _ in range(count)]
    told = caller.ask("AddOrderBatch", pair="XDGUSD", orders=rows)[1]
    assert told == (f"EGeneral:Invalid arguments:{error}" if error else "")


def test_one_bad_order_refuses_the_whole_batch(caller, opened, price):
    rows = [limit("buy", price, 20), limit("buy", price, 1)]
    told = caller.ask("AddOrderBatch", pair="XDGUSD", orders=rows)
    assert told == (None, refusals.ORDER_MINIMUM)
    assert not opened.core.state.orders


def test_what_only_the_engine_can_know_refuses_one_order_of_a_batch(caller, opened, price):
    crossing = limit("buy", under(opened.core, "1.1"), 20)
    dear = limit("buy", price, 5_000_000)
    rows = [limit("buy", price, 20, cl_ord_id="a"), crossing, dear, limit("buy", price, 30)]
    told, error = caller.ask("AddOrderBatch", pair="XDGUSD", orders=rows)
    assert error == ""
    assert [one.get("error") for one in told["orders"]] == [
        None, refusals.POST_ONLY, refusals.FUNDS, None,
    ]  # fmt: skip
    assert [("txid" in one) for one in told["orders"]] == [True, False, False, True]
    assert opened.core.book.count("XDGUSD") == 2


def test_amending_answers_with_an_id_of_its_own_and_moves_the_order(caller, opened, price):
    txid = caller.ask("AddOrder", **limit("buy", price, 20, cl_ord_id="a"))[0]["txid"][0]
    lower = under(opened.core, "0.98")
    told, error = caller.ask("AmendOrder", cl_ord_id="a", limit_price=f"{lower:f}", order_qty="25")
    assert error == ""
    assert len(told["amend_id"]) == 19
    order = opened.core.state.orders[txid]
    assert (order.price, order.vol, order.status) == (lower, Decimal(25), "open")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({}, "EGeneral:Invalid arguments:order_qty"),
        ({"order_qty": "12"}, refusals.ORDER_MINIMUM),
        ({"limit_price": "0.00000001"}, "EOrder:Invalid price"),
        ({"limit_price": "0.01"}, refusals.COST_MINIMUM),
        ({"order_qty": "25", "deadline": "2026-01-01T00:00:00Z"}, refusals.DEADLINE),
    ],
)
def test_a_bad_amend_is_refused_and_nothing_moves(caller, opened, price, change, error):
    txid = caller.ask("AddOrder", **limit("buy", price, 20))[0]["txid"][0]
    assert caller.ask("AmendOrder", txid=txid, **change)[1].startswith(error)
    order = opened.core.state.orders[txid]
    assert (order.price, order.vol) == (price, 20)


def test_amend_and_cancel_want_exactly_one_name_and_a_known_one(caller, price):
    caller.ask("AddOrder", **limit("buy", price, 20, cl_ord_id="a"))
    both = caller.ask("CancelOrder", cl_ord_id="a", txid="OX")[1]
    assert both == "EGeneral:Invalid arguments:txid"
    assert caller.ask("CancelOrder")[1] == "EGeneral:Invalid arguments:txid"
    assert caller.ask("CancelOrder", txid="OX")[1] == refusals.UNKNOWN_ORDER
    assert caller.ask("AmendOrder", txid="OX", order_qty="20")[1] == refusals.UNKNOWN_ORDER


def test_a_userref_cancels_all_orders_that_carry_it(caller, opened, price):
    for userref in ("5", "5", "6"):
        caller.ask("AddOrder", **limit("buy", price, 20, userref=userref))
    assert caller.ask("CancelOrder", txid="5") == ({"count": 2}, "")
    assert opened.core.book.count("XDGUSD") == 1


def test_cancels_in_bulk_count_what_they_ended(caller, opened, price):
    ids = [caller.ask("AddOrder", **limit("buy", price, 20))[0]["txid"][0] for _ in range(5)]
    told = caller.ask("CancelOrderBatch", orders=[*ids[:2], "OX"])
    assert told == ({"count": 2}, "")
    assert caller.ask("CancelOrderBatch", orders=[])[1] == "EGeneral:Invalid arguments:orders"
    assert caller.ask("CancelAll") == ({"count": 3}, "")
    assert opened.core.account.held(DOGE.quote) == 0


def test_the_dead_man_switch_is_set_and_cleared(caller, opened, price):
    caller.ask("AddOrder", **limit("buy", price, 20))
    told = caller.ask("CancelAllOrdersAfter", timeout="60")[0]
    assert told == {
        "currentTime": "2026-01-01T00:00:00Z", "triggerTime": "2026-01-01T00:01:00Z",
    }  # fmt: skip
    assert caller.ask("CancelAllOrdersAfter", timeout="0")[0]["triggerTime"] == "0"
    opened.move(ORIGIN + 120 * SECOND)
    assert opened.core.book.count("XDGUSD") == 1
    assert caller.ask("CancelAllOrdersAfter", timeout="86401")[1].endswith("timeout")

"""Lists, pages and look-ups of the account."""

from decimal import Decimal

import pytest
from emulated import ORIGIN, SECOND, Caller, limit, session, under

from holdfast.venue.emulator import refusals
from holdfast.venue.emulator.listing import written

START = ORIGIN // SECOND


@pytest.fixture
def opened(tmp_path):
    return session(tmp_path)


@pytest.fixture
def caller(opened):
    return Caller(opened)


def ask(caller, endpoint, **params):
    """Ask as slowly as the counter wants it, and insist on an answer."""
    caller.session.move(caller.session.clock.now() + 2 * SECOND)
    told, error = caller.ask(endpoint, **params)
    assert error == "", error
    return told


def trade(opened, caller, count):
    """Make so many trades, a second apart."""
    price = under(opened.core)
    for number in range(count):
        told = ask(caller, "AddOrder", **limit("buy", price, 20, cl_ord_id=f"t{number}"))
        opened.office("fill", {"txid": told["txid"][0]})


def test_history_comes_newest_first_fifty_a_page_with_the_count_of_all(opened, caller):
    trade(opened, caller, 120)
    pages = [ask(caller, "TradesHistory", ofs=ofs) for ofs in (0, 50, 100, 150)]
    assert [page["count"] for page in pages] == [120] * 4
    assert [len(page["trades"]) for page in pages] == [50, 50, 20, 0]
    numbers = [one["trade_id"] for page in pages for one in page["trades"].values()]
    assert numbers == list(range(120, 0, -1))
    closed = [ask(caller, "ClosedOrders", ofs=ofs)["closed"] for ofs in (0, 50, 100)]
    named = [one["cl_ord_id"] for page in closed for one in page.values()]
    assert named == [f"t{number}" for number in range(119, -1, -1)]


def test_start_is_exclusive_and_end_inclusive(opened, caller):
    trade(opened, caller, 3)
    times = [one.at / SECOND for one in opened.core.state.trades]
    assert ask(caller, "TradesHistory", start=times[0], end=times[2])["count"] == 2
    assert ask(caller, "TradesHistory", start=times[0], end=times[1])["count"] == 1
    assert ask(caller, "ClosedOrders", start=times[1], closetime="close")["count"] == 1
    first = opened.core.state.trades[0].txid
    assert ask(caller, "TradesHistory", start=first)["count"] == 2


def test_orders_are_found_by_the_clients_id_open_and_closed(opened, caller):
    price = under(opened.core)
    for word in ("a", "b"):
        ask(caller, "AddOrder", **limit("buy", price, 20, cl_ord_id=word))
    (row,) = ask(caller, "OpenOrders", cl_ord_id="a")["open"].values()
    assert (row["cl_ord_id"], row["status"], row["vol"]) == ("a", "open", "20.00000000")
    assert ask(caller, "ClosedOrders", cl_ord_id="a")["count"] == 0
    ask(caller, "CancelOrder", cl_ord_id="a")
    told = ask(caller, "ClosedOrders", cl_ord_id="a", start=START)
    (row,) = told["closed"].values()
    assert (told["count"], row["status"], row["reason"]) == (1, "canceled", "User requested")
    assert ask(caller, "OpenOrders", cl_ord_id="a")["open"] == {}


def test_trades_of_an_order_are_named_when_asked_for(opened, caller):
    told = ask(caller, "AddOrder", **limit("buy", under(opened.core), 100, cl_ord_id="a"))
    opened.office("fill", {"cl_ord_id": "a", "vol": "40"})
    assert "trades" not in ask(caller, "OpenOrders")["open"][told["txid"][0]]
    row = ask(caller, "OpenOrders", trades="true")["open"][told["txid"][0]]
    assert (row["vol_exec"], row["misc"], len(row["trades"])) == ("40.00000000", "partial", 1)
    (found,) = ask(caller, "QueryTrades", txid=row["trades"][0]).values()
    assert (found["ordertxid"], found["vol"]) == (told["txid"][0], "40.00000000")


@pytest.mark.parametrize(("count", "error"), [(0, "txid"), (1, ""), (50, ""), (51, "txid")])
def test_up_to_fifty_orders_are_looked_up_at_once(opened, caller, count, error):
    price = under(opened.core)
    ids = []
    for _ in range(count):
        ids += ask(caller, "AddOrder", **limit("buy", price, 20))["txid"]
    caller.session.move(caller.session.clock.now() + 60 * SECOND)
    told, said = caller.ask("QueryOrders", txid=",".join(ids))
    assert said == (f"EGeneral:Invalid arguments:{error}" if error else "")
    assert error or list(told) == ids


def test_unknown_ids_are_refused(caller):
    assert caller.ask("QueryOrders", txid="OX")[1] == refusals.UNKNOWN_ORDER
    assert caller.ask("QueryTrades", txid="TX")[1] == "EQuery:Unknown trade"
    assert caller.ask("QueryTrades", txid=",".join(["TX"] * 21))[1].endswith(":txid")
    assert caller.ask("QueryLedgers", id="LX")[1] == "EQuery:Unknown ledger"
    assert caller.ask("TradesHistory", ofs=-1)[1].endswith(":ofs")
    assert caller.ask("ClosedOrders", closetime="never")[1].endswith(":closetime")


def test_balances_tell_what_orders_hold_and_move_by_exactly_what_trades_say(opened, caller):
    before = ask(caller, "BalanceEx")
    ask(caller, "AddOrder", **limit("buy", under(opened.core), 100, cl_ord_id="a"))
    held = ask(caller, "BalanceEx")["ZUSD"]
    assert held["balance"] == before["ZUSD"]["balance"]
    assert Decimal(held["hold_trade"]) == opened.core.account.held("ZUSD") > 0
    opened.office("fill", {"cl_ord_id": "a"})
    (row,) = ask(caller, "TradesHistory")["trades"].values()
    after = ask(caller, "BalanceEx")
    spent = Decimal(row["cost"]) + Decimal(row["fee"])
    assert Decimal(before["ZUSD"]["balance"]) - Decimal(after["ZUSD"]["balance"]) == spent
    got = Decimal(after["XXDG"]["balance"]) - Decimal(before["XXDG"]["balance"])
    assert (got, after["ZUSD"]["hold_trade"]) == (Decimal(row["vol"]), written(Decimal(0), 9))
    assert ask(caller, "Balance")["ZUSD"] == after["ZUSD"]["balance"]


def test_every_movement_is_a_ledger_row(opened, caller):
    trade(opened, caller, 1)
    opened.office("flow", {"asset": "USD", "kind": "withdrawal", "amount": "10", "fee": "1"})
    opened.office("flow", {"asset": "DOGE", "kind": "earn", "amount": "5"})
    told = ask(caller, "Ledgers")
    assert told["count"] == len(opened.core.state.ledger) == 3 + 2 + 1 + 2
    kinds = [row["type"] for row in told["ledger"].values()]
    assert kinds == ["transfer", "transfer", "withdrawal", "trade", "trade", *["deposit"] * 3]
    only = ask(caller, "Ledgers", asset="XXDG", type="trade")
    assert [row["asset"] for row in only["ledger"].values()] == ["XXDG"]
    one = next(iter(told["ledger"]))
    assert ask(caller, "QueryLedgers", id=one) == {one: told["ledger"][one]}


def test_an_earning_asset_has_a_balance_of_its_own_and_comes_back(opened, caller):
    before = Decimal(ask(caller, "BalanceEx")["XXDG"]["balance"])
    opened.office("flow", {"asset": "DOGE", "kind": "earn", "amount": "5"})
    told = ask(caller, "BalanceEx")
    assert (Decimal(told["XXDG"]["balance"]), Decimal(told["XDG.F"]["balance"])) == (before - 5, 5)
    opened.office("flow", {"asset": "DOGE", "kind": "unearn", "amount": "5"})
    assert Decimal(ask(caller, "BalanceEx")["XXDG"]["balance"]) == before
    refused = opened.office("flow", {"asset": "DOGE", "kind": "unearn", "amount": "5"})
    assert refused.error == refusals.FUNDS


def test_the_lowest_fees_are_in_force(caller):
    told = ask(caller, "TradeVolume", pair="XXBTZUSD")
    assert told["fees"]["XXBTZUSD"]["fee"] == "0.4000"
    assert told["fees_maker"]["XXBTZUSD"]["fee"] == "0.2500"
    assert caller.ask("TradeVolume", pair="XXX")[1] == refusals.PAIR

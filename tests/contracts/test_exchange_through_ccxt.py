"""The unmodified ccxt class trades against the exchange: every endpoint that a desk uses."""

import itertools
from datetime import UTC, datetime

import ccxt
import pytest
from emulated import ORIGIN, SECOND, client

from holdfast.venue.emulator.process import ExchangeProcess

SYMBOL = "DOGE/USD"
BALANCES = ("--balance", "USD=10000", "--balance", "DOGE=100000", "--balance", "DOGE.F=5")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exchange")
    with ExchangeProcess(folder, "--lock-step", "--seed", "11", *BALANCES) as process:
        yield process


@pytest.fixture
def admin(running):
    """Give each test room: old orders gone, counters empty, no faults."""
    admin = running.administrator()
    admin.faults()
    for order in admin.state(rows=False)["open"]:
        admin.cancel(txid=order["txid"])
    admin.advance(300 * SECOND)
    return admin


@pytest.fixture(scope="module")
def exchange(running):
    made = client(running.url)
    made.load_markets()
    return made


@pytest.fixture
def price(exchange, admin):
    return exchange.fetch_ticker(SYMBOL)["last"]


def buy(exchange, price, amount=100, **params):
    return exchange.create_order(
        SYMBOL, "limit", "buy", amount, price, {"postOnly": True, **params}
    )


def test_the_markets_are_there_under_their_names(exchange):
    assert set(exchange.markets) == {
        f"{base}/{quote}" for base in ("DOGE", "BTC", "ETH") for quote in ("USD", "USDC")
    }
    market = exchange.markets[SYMBOL]
    assert market["precision"] == {"amount": 1e-8, "price": 1e-7}
    assert (market["limits"]["amount"]["min"], market["limits"]["cost"]["min"]) == (13, 0.5)
    assert (market["maker"], market["taker"], market["active"]) == (0.0025, 0.004, True)
    ids = {exchange.markets[one]["id"] for one in ("BTC/USD", "ETH/USD", SYMBOL)}
    assert ids == {"XXBTZUSD", "XETHZUSD", "XDGUSD"}


def test_prices_candles_book_and_trades_agree(exchange, admin):
    ticker = exchange.fetch_ticker(SYMBOL)
    assert ticker["bid"] < ticker["last"] < ticker["ask"]
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    book = exchange.fetch_order_book(SYMBOL, 5)
    assert (book["bids"][0][0], book["asks"][0][0]) == (ticker["bid"], ticker["ask"])
    assert [len(book[side]) for side in ("bids", "asks")] == [5, 5]
    candles = exchange.fetch_ohlcv(SYMBOL, "1m")
    assert len(candles) == 720
    assert candles[-1][4] == ticker["last"]
    assert all(b[0] - a[0] == 60_000 for a, b in itertools.pairwise(candles))
    assert all(a[4] == b[1] for a, b in itertools.pairwise(candles))
    five = exchange.fetch_ohlcv(SYMBOL, "5m", since=candles[0][0])
    whole = [one for one in five if one[0] >= candles[0][0]][1]
    parts = [one for one in candles if whole[0] <= one[0] < whole[0] + 300_000]
    assert whole[2] == max(one[2] for one in parts)
    assert whole[5] == pytest.approx(sum(one[5] for one in parts))
    assert exchange.fetch_trades(SYMBOL, limit=3)[-1]["price"] == ticker["last"]
    assert set(exchange.fetch_tickers(["BTC/USD", "ETH/USD"])) == {"BTC/USD", "ETH/USD"}


def test_the_clock_and_the_status_are_told(exchange, admin):
    assert exchange.fetch_time() == admin.now() // SECOND * 1000
    assert exchange.fetch_status()["status"] == "ok"


def test_an_order_rests_is_found_is_moved_and_is_cancelled(exchange, price):
    made = buy(exchange, price * 0.9, clientOrderId="walk")
    (found,) = exchange.fetch_open_orders(SYMBOL, params={"clientOrderId": "walk"})
    assert (found["id"], found["status"], found["postOnly"]) == (made["id"], "open", True)
    moved = exchange.edit_order(
        made["id"], SYMBOL, "limit", "buy", 120, price * 0.91,
        {"clientOrderId": "walk", "postOnly": True},
    )  # fmt: skip
    assert moved["id"] != made["id"]
    found = exchange.fetch_order(made["id"], SYMBOL)
    assert (found["amount"], found["clientOrderId"]) == (120, "walk")
    assert found["price"] == pytest.approx(price * 0.91, abs=1e-7)
    exchange.cancel_order(made["id"], SYMBOL, {"clientOrderId": "walk"})
    (closed,) = exchange.fetch_closed_orders(SYMBOL, params={"clientOrderId": "walk"})
    assert (closed["status"], closed["filled"]) == ("canceled", 0)
    with pytest.raises(ccxt.OrderNotFound):
        exchange.cancel_order(made["id"], SYMBOL, {"clientOrderId": "walk"})


def test_a_fill_is_in_order_trades_ledger_and_balance(exchange, admin, price):
    before = exchange.fetch_balance()
    made = buy(exchange, price * 0.9, clientOrderId="filled")
    held = exchange.fetch_balance()["USD"]
    assert held["used"] > 0
    assert held["total"] == before["USD"]["total"]
    admin.fill(cl_ord_id="filled", vol="40")
    admin.fill(cl_ord_id="filled", vol="60")
    order = exchange.fetch_order(made["id"], SYMBOL)
    assert (order["status"], order["filled"], len(order["trades"])) == ("closed", 100, 2)
    trades = [one for one in exchange.fetch_my_trades(SYMBOL) if one["order"] == made["id"]]
    assert [one["amount"] for one in trades] == [40, 60]
    assert {one["takerOrMaker"] for one in trades} == {"maker"}
    assert [one["id"] for one in order["trades"]] == [one["id"] for one in trades]
    again = exchange.fetch_order_trades(made["id"], SYMBOL, params={"trades": order["trades"]})
    assert [one["id"] for one in again] == [one["id"] for one in trades]
    spent = sum(one["cost"] + one["fee"]["cost"] for one in trades)
    after = exchange.fetch_balance()
    assert before["USD"]["total"] - after["USD"]["total"] == pytest.approx(spent, abs=1e-9)
    assert after["DOGE"]["total"] - before["DOGE"]["total"] == 100
    assert after["DOGE.F"]["total"] == 5
    rows = [one for one in exchange.fetch_ledger("USD") if one["referenceId"] == trades[0]["id"]]
    assert [(one["direction"], one["type"]) for one in rows] == [("out", "trade")]
    assert exchange.fetch_ledger_entry(rows[0]["id"])["amount"] == rows[0]["amount"]


def test_a_batch_gives_an_id_for_each_order(exchange, price):
    rows = [
        {"symbol": SYMBOL, "type": "limit", "side": "sell", "amount": 20 + number,
         "price": price * 1.2, "params": {"clientOrderId": f"batch{number}", "postOnly": True}}
        for number in range(15)
    ]  # fmt: skip
    made = exchange.create_orders(rows)
    assert len({one["id"] for one in made}) == 15
    found = {one["clientOrderId"]: one for one in exchange.fetch_open_orders(SYMBOL)}
    assert [found[f"batch{number}"]["amount"] for number in range(15)] == list(range(20, 35))
    told = exchange.cancel_orders([one["id"] for one in made])
    assert told[0]["info"]["result"]["count"] == 15


def test_one_refused_order_of_a_batch_leaves_the_others_resting(exchange, price):
    rows = [
        {"symbol": SYMBOL, "type": "limit", "side": "sell", "amount": 20, "price": price * factor,
         "params": {"clientOrderId": word, "postOnly": True}}
        for word, factor in (("good", 1.2), ("bad", 0.8))
    ]  # fmt: skip
    with pytest.raises(ccxt.ExchangeError, match="Post only"):
        exchange.create_orders(rows)
    assert [one["clientOrderId"] for one in exchange.fetch_open_orders(SYMBOL)] == ["good"]


@pytest.mark.parametrize(
    ("amount", "factor", "params", "error"),
    [
        (5, 0.9, {}, ccxt.InvalidOrder),
        (1e7, 0.9, {}, ccxt.InsufficientFunds),
        (100, 1.1, {}, ccxt.ExchangeError),
        (100, 0.9, {"clientOrderId": "x" * 19}, ccxt.ExchangeError),
        (100, 0.9, {"deadline": "2020-01-01T00:00:00Z"}, ccxt.ExchangeError),
        (100, 0.9, {"leverage": 2}, ccxt.ExchangeError),
    ],
)
def test_refusals_come_as_ccxts_errors_and_rest_nothing(exchange, price, amount, factor, params, error):  # fmt: skip
    with pytest.raises(error):
        buy(exchange, price * factor, amount, **params)
    assert exchange.fetch_open_orders(SYMBOL) == []


def test_validate_and_deadline_go_through(exchange, admin, price):
    deadline = datetime.fromtimestamp(admin.now() / SECOND + 10, UTC).isoformat()
    told = buy(exchange, price * 0.9, deadline=deadline, validate=True)
    assert told["id"] is None
    assert exchange.fetch_open_orders(SYMBOL) == []
    assert buy(exchange, price * 0.9, deadline=deadline)["id"]


def test_a_market_order_by_cost_takes_what_the_cost_buys(exchange, price):
    made = exchange.create_market_buy_order_with_cost(SYMBOL, 50)
    order = exchange.fetch_order(made["id"], SYMBOL)
    assert order["status"] == "closed"
    assert order["filled"] * order["average"] == pytest.approx(50, rel=1e-4)
    assert float(order["fee"]["cost"]) == pytest.approx(0.2, rel=1e-3)


def test_the_key_tells_its_scopes_and_the_fees_their_tier(exchange, admin):
    told = exchange.privatePostGetApiKeyInfo()["result"]
    assert "modify-trades" in told["permissions"]
    assert "withdraw-funds" not in told["permissions"]
    fee = exchange.fetch_trading_fee("BTC/USD")
    assert (fee["maker"], fee["taker"]) == (0.0025, 0.004)


def test_the_switch_of_a_dead_man_cancels_all(exchange, admin, price):
    buy(exchange, price * 0.5)
    exchange.cancel_all_orders_after(30_000)
    admin.advance(29 * SECOND)
    assert len(exchange.fetch_open_orders(SYMBOL)) == 1
    admin.advance(SECOND)
    assert exchange.fetch_open_orders(SYMBOL) == []
    buy(exchange, price * 0.5)
    assert exchange.cancel_all_orders()[0]["info"]["result"]["count"] == 1


def test_another_market_trades_with_its_own_decimals(exchange, admin):
    last = exchange.fetch_ticker("BTC/USD")["last"]
    made = exchange.create_order(
        "BTC/USD", "limit", "buy", 0.001, last * 0.9, {"postOnly": True, "clientOrderId": "btc"}
    )
    (found,) = exchange.fetch_open_orders("BTC/USD")
    assert (found["id"], found["symbol"], found["amount"]) == (made["id"], "BTC/USD", 0.001)


def test_time_begins_where_a_lock_step_exchange_begins(admin):
    assert admin.now() >= ORIGIN
    assert admin.state(rows=False)["origin_us"] == ORIGIN

"""The exchange is killed in the middle of writes; afterwards its state is what it had answered."""

import threading
import time
from decimal import Decimal

import ccxt
import pytest
from emulated import SECOND, client

from holdfast.venue.emulator.process import ExchangeProcess

SYMBOL = "DOGE/USD"
DEATHS = 4
pytestmark = pytest.mark.crash


class Trader(threading.Thread):
    """Places and cancels without a pause until the connection breaks, and keeps what was answered."""

    def __init__(self, url, name, price, nonce):
        super().__init__(name=name)
        self.exchange = client(url)
        self.exchange.options["timeDifference"] = -nonce  # nonces go on rising over the deaths
        self.exchange.timeout = 5000
        self.exchange.load_markets()
        self.price = price
        self.placed, self.cancelled, self.asked = {}, set(), set()

    def run(self):
        number = 0
        try:
            while True:
                number += 1
                self.step(f"{self.name}-{number}")
        except ccxt.NetworkError:
            return

    def step(self, word):
        self.asked.add(word)
        params = {"postOnly": True, "clientOrderId": word}
        made = self.exchange.create_order(SYMBOL, "limit", "buy", 20, self.price, params)
        self.placed[word] = made["id"]
        if len(self.placed) % 2:
            self.exchange.cancel_order(made["id"], SYMBOL, {"clientOrderId": word})
            self.cancelled.add(word)


def die(process, name, delay, nonce):
    """Let a client write, kill the exchange under it, and start it again."""
    admin = process.administrator()
    admin.advance(600 * SECOND)
    price = Decimal(str(client(process.url).fetch_ticker(SYMBOL)["last"])) * Decimal("0.6")
    trader = Trader(process.url, name, float(price), nonce)
    trader.start()
    deadline = time.monotonic() + 20
    while not trader.placed and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(delay)
    process.kill()
    trader.join(20)
    assert not trader.is_alive()
    process.start()
    return trader


def test_what_was_answered_is_there_after_each_death_and_nothing_is_doubled(tmp_path):
    process = ExchangeProcess(
        tmp_path, "--lock-step", "--balance", "USD=100000", "--price", "DOGE/USD=0.25"
    ).start()
    try:
        traders = []
        for death in range(DEATHS):
            trader = die(process, f"d{death}", 0.07 * death, death * 60_000)
            traders.append(trader)
            check(process.administrator(), traders)
            for order in process.administrator().state(rows=False)["open"]:
                process.administrator().cancel(txid=order["txid"])
    finally:
        process.kill()
    assert sum(len(one.placed) for one in traders) > DEATHS


def check(admin, traders):
    told, accepted = admin.state(), admin.audit()
    assert accepted["repeated"] == {}
    orders = {one["cl_ord_id"]: one for one in [*told["open"], *told["closed"]]}
    asked = set().union(*(one.asked for one in traders))
    assert set(orders) <= asked
    for trader in traders:
        assert {word: orders[word]["txid"] for word in trader.placed} == trader.placed
        assert {orders[word]["status"] for word in trader.cancelled} <= {"canceled"}
        assert len(trader.asked) - len(trader.placed) <= 1
    held = sum((Decimal(one["hold"]) for one in told["open"]), Decimal(0))
    assert Decimal(told["balances"]["ZUSD"]["held"]) == held
    assert Decimal(told["balances"]["ZUSD"]["total"]) == 100_000

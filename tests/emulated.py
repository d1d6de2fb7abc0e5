"""Build exchanges for tests: a core in memory, a session on a folder, signed requests, a ccxt client."""

from decimal import Decimal
from urllib.parse import urlencode

import ccxt

from holdfast.clock import FixedClock
from holdfast.venue.emulator.asks import christen, read_order
from holdfast.venue.emulator.clock import ClockSettings
from holdfast.venue.emulator.core import Core
from holdfast.venue.emulator.gate import Gate, Knock
from holdfast.venue.emulator.keys import make_test_key
from holdfast.venue.emulator.limits import TIERS
from holdfast.venue.emulator.listing import PAIR_NAMES
from holdfast.venue.emulator.opening import LOCK_STEP_ORIGIN, found
from holdfast.venue.emulator.params import Params
from holdfast.venue.emulator.paths import MarketSettings
from holdfast.venue.emulator.session import Session
from holdfast.venue.emulator.signing import signature
from holdfast.venue.emulator.store import Store

DOGE = PAIR_NAMES["DOGE/USD"]
ORIGIN = LOCK_STEP_ORIGIN
SECOND = 1_000_000
RICH = ("USD=100000", "DOGE=1000000", "BTC=10")
D = Decimal


def founding(*, balances=RICH, tier="pro", seed=7, participation="1", regime="mixed"):
    """Decide a small exchange in lock-step."""
    market = MarketSettings(seed=seed, regime=regime, origin=ORIGIN, participation=D(participation))
    clock = ClockSettings(origin=ORIGIN, started=0, lock_step=True)
    return found(market, clock, tier, balances)


def core(**asked):
    """Open an exchange in memory."""
    made = founding(**asked)
    return Core(made.market, made.state, TIERS[made.tier])


def session(folder, *, lines=20_000, **asked):
    """Open an exchange on a folder."""
    return Session(Store(folder, lines=lines), founding(**asked), FixedClock(ORIGIN))


def limit(side, price, vol=100, **more):
    """Write the parameters of a post-only limit order."""
    return {
        "pair": "XDGUSD",
        "type": side,
        "ordertype": "limit",
        "price": f"{price:.7f}" if isinstance(price, D) else str(price),
        "volume": str(vol),
        "oflags": "post",
        **more,
    }


def rest(exchange, side, price, vol=100, **more):
    """Rest an order in a core."""
    order = read_order(exchange, DOGE, Params(limit(side, price, vol, **more)))
    christen(exchange, order)
    exchange.place(order)
    return order


def under(exchange, share="0.99", pair=DOGE):
    """Say a price that far from the last one, on the grid."""
    return (exchange.last(pair) * D(share)).quantize(pair.tick)


class Caller:
    """A client that signs, against a session in this process."""

    def __init__(self, opened, key=None, *, nonce=0):
        self.session = opened
        self.key = key or make_test_key()
        self.gate = Gate(opened, {self.key.key: self.key})
        self.nonce = nonce

    def ask(self, endpoint, /, *, address="127.0.0.1", nonce=None, secret=None, **params):
        """Ask the exchange; return (result, error)."""
        self.nonce += 1
        number = str(self.nonce if nonce is None else nonce)
        body = urlencode({"nonce": number, **params}).encode()
        path = f"/0/private/{endpoint}"
        sign = signature(secret or self.key.raw_secret(), path, number, body)
        given = {"nonce": number, **params}
        knock = Knock(path, endpoint, self.key.key, sign, body, given, address)
        answer = self.gate.enter(knock, self.session.meet(endpoint, given))
        return answer.result, answer.error


def client(url, key=None):
    """Make the unmodified ccxt class talk to an exchange on this machine."""
    one = key or make_test_key()
    exchange = ccxt.kraken({"apiKey": one.key, "secret": one.secret, "enableRateLimit": False})
    exchange.urls["api"] = {"public": url, "private": url, "zendesk": url}
    return exchange

"""Answers in the shapes Kraken documents, written by hand, served below ccxt instead of a network.

`Wire` takes the place of `requests`: what ccxt would send is kept, and what is queued for an endpoint
comes back, in order; the last one stays. An answer that is an exception is raised.
"""

import json
from base64 import b64encode
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import requests

from holdfast.clock import FixedClock
from holdfast.domain.intents import PlaceOrder
from holdfast.domain.slots import Role, Side
from holdfast.venue.ccxt_venue import Account, CcxtVenue

NOON = 1_795_176_000_000_000  # 20 Nov 2026, 12:00 UTC
KEY, SECRET = "key-of-a-test", b64encode(b"nobody can sign with this").decode()
PAIR = {
    "altname": "XDGUSD",
    "wsname": "XDG/USD",
    "aclass_base": "currency",
    "base": "XXDG",
    "aclass_quote": "currency",
    "quote": "ZUSD",
    "lot": "unit",
    "cost_decimals": 7,
    "pair_decimals": 7,
    "lot_decimals": 8,
    "lot_multiplier": 1,
    "leverage_buy": [2],
    "leverage_sell": [2],
    "fees": [[0, 0.4], [10000, 0.35]],
    "fees_maker": [[0, 0.25], [10000, 0.2]],
    "fee_volume_currency": "ZUSD",
    "ordermin": "13",
    "costmin": "0.5",
    "tick_size": "0.0000001",
    "status": "online",
}
OTHER_PAIR = PAIR | {"altname": "XBTUSD", "wsname": "XBT/USD", "base": "XXBT", "pair_decimals": 1}
ASSETS = {
    "XXDG": {"aclass": "currency", "altname": "XDG", "decimals": 8, "display_decimals": 2},
    "XXBT": {"aclass": "currency", "altname": "XBT", "decimals": 10, "display_decimals": 5},
    "ZUSD": {"aclass": "currency", "altname": "USD", "decimals": 4, "display_decimals": 2},
}
TICKER = {
    "a": ["0.1000200", "9000", "9000.000"],
    "b": ["0.1000000", "500", "500.000"],
    "c": ["0.1000100", "44.04408910"],
    "v": ["4147944.74901000", "8896960.86304000"],
    "p": ["0.1000000", "0.1000000"],
    "t": [3907, 10056],
    "l": ["0.0990000", "0.0980000"],
    "h": ["0.1010000", "0.1020000"],
    "o": "0.1000000",
}


def open_row(name, *, price="0.0998000", vol="100.00000000", vol_exec="0.00000000", **other):
    """Write an order as OpenOrders lists it; `name` None is an order without a name of ours."""
    side = other.pop("side", "buy")
    row = {
        "refid": None,
        "userref": 0,
        "status": "open",
        "opentm": 1795175990.370054,
        "starttm": 0,
        "expiretm": 0,
        "descr": {
            "pair": "XDGUSD",
            "type": side,
            "ordertype": "limit",
            "price": price,
            "price2": "0",
            "leverage": "none",
            "order": f"{side} {vol} XDGUSD @ limit {price}",
            "close": "",
        },
        "vol": vol,
        "vol_exec": vol_exec,
        "cost": "0.00000",
        "fee": "0.00000",
        "price": "0.00000",
        "stopprice": "0.00000",
        "limitprice": "0.00000",
        "misc": "",
        "oflags": "fciq,post",
    }
    return row | ({} if name is None else {"cl_ord_id": name}) | other


def closed_row(name, status="closed", **other):
    """Write an order as ClosedOrders and QueryOrders list it."""
    reason = other.pop("reason", None)
    return open_row(name, status=status, closetm=1795175999.5, reason=reason, **other)


def trade_row(owner, *, vol="40.00000000", price="0.0997000", at="1795176000.1234567", **other):
    """Write an execution as TradesHistory lists it; what was paid is not what the limit says."""
    cost = Decimal(vol) * Decimal(price)
    row = {
        "ordertxid": owner,
        "postxid": "TKH2SE-M7IF5-CFI7LT",
        "pair": "XDGUSD",
        "time": "AT",
        "type": "buy",
        "ordertype": "limit",
        "price": price,
        "cost": f"{cost:.7f}",
        "fee": f"{cost * Decimal('0.0025'):.7f}",
        "vol": vol,
        "margin": "0.0000000",
        "leverage": "0",
        "misc": "",
        "trade_id": 68230622,
        "maker": True,
    }
    return row | {"time": float(at)} | other


def opened(**rows):
    return {"open": rows}


def closed(count=None, **rows):
    return {"closed": rows, "count": len(rows) if count is None else count}


def trades(count=None, **rows):
    return {"trades": rows, "count": len(rows) if count is None else count}


def added(order, txid="O1"):
    text = f"{order.side} {order.size:.8f} XDGUSD @ limit {order.price:.7f}"
    return {"txid": [txid], "descr": {"order": text}}


def added_one_of_many(order, txid):
    return added(order) | {"txid": txid}


def says(*words):
    """Write an answer in which the exchange says no."""
    return {"error": list(words)}


def page(status, text="<html><body>Bad gateway</body></html>"):
    """Write what a proxy in front of the exchange says."""
    return status, text


class Wire:
    """What stands where the network would."""

    def __init__(self, monkeypatch):
        self.clock = FixedClock(NOON)
        self.sent = []
        self.queued = {
            "AssetPairs": [{"XDGUSD": PAIR, "XXBTZUSD": OTHER_PAIR}],
            "Assets": [ASSETS],
            "Time": [{"unixtime": NOON // 1_000_000, "rfc1123": ""}],
            "Ticker": [{"XDGUSD": TICKER}],
            "OpenOrders": [opened()],
            "TradesHistory": [trades()],
            "ClosedOrders": [closed()],
        }
        monkeypatch.setattr(requests.Session, "request", self._request)

    def answer(self, endpoint, *answers):
        self.queued[endpoint] = list(answers)

    def calls(self):
        """List the endpoints asked for, and forget them."""
        asked = [endpoint for endpoint, _, _ in self.sent]
        self.sent.clear()
        return asked

    def bodies(self, endpoint):
        return [body for asked, body, _ in self.sent if asked == endpoint]

    def _request(self, _method, url, **named):
        endpoint = urlsplit(url).path.rsplit("/", 1)[-1]
        self.sent.append((endpoint, _body(named.get("data")), named))
        answers = self.queued[endpoint]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if callable(answer):
            answer = answer()
        if isinstance(answer, Exception):
            raise answer
        return _response(answer, url)


def _body(data):
    if not data:
        return {}
    text = data.decode()
    if text.startswith("{"):
        return json.loads(text)
    return {name: values[0] for name, values in parse_qs(text).items()}


def _response(answer, url):
    status, text = 200, None
    if isinstance(answer, tuple):
        status, text = answer
    elif "error" not in answer:
        answer = {"error": [], "result": answer}
    response = requests.Response()
    response.status_code, response.url, response.reason = status, url, "because"
    response._content = (json.dumps(answer) if text is None else text).encode()
    kind = "application/json" if text is None else "text/html"
    response.headers["Content-Type"] = kind
    return response


class Boundary:
    """Lets all pass but what it was told to refuse; keeps what it was asked."""

    def __init__(self, reason=""):
        self.reason = reason
        self.asked = []

    def refusal(self, intent, notional):
        self.asked.append((intent, notional))
        return self.reason if not callable(self.reason) else self.reason(intent)


def venue_on(wire, boundary=None, **account):
    """Open a venue on hand-written answers."""
    given = {"exchange": "kraken", "symbol": "DOGE/USD", "tier": "pro"} | account
    return CcxtVenue(
        Account(key=lambda: KEY, secret=lambda: SECRET, **given),
        boundary or Boundary(),
        wire.clock,
    )


def buy(name, price="0.0998", size="100"):
    return PlaceOrder(name, Side.BUY, Role.ENTRY, Decimal(price), Decimal(size))


def sell(name, price="0.1010", size="100"):
    return PlaceOrder(name, Side.SELL, Role.EXIT, Decimal(price), Decimal(size))

"""Put our terms on one connection of ccxt: no floats, no stored secret, a nonce that only rises.

Rules: every call is counted, timed and checked before ccxt reads it: ccxt takes a page of HTML for
"no orders". An answer that lacks what its endpoint owes is an error. Nothing here retries.
"""

import json
import logging
from collections import deque
from collections.abc import Callable, Mapping
from decimal import localcontext
from threading import Lock
from types import MappingProxyType
from typing import Any

import msgspec

from holdfast.clock import Clock
from holdfast.domain.errors import VenueRefused, VenueUnavailable
from holdfast.venue.ccxt_errors import Meaning, meaning_of

Observer = Callable[[str, str, float], None]
Secret = Callable[[], str]
HOUR = 3600.0
MOST_PARSED = 1_000  # orders whose reading is kept

# What an answer of Kraken has to hold, by endpoint.
OWED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Time": ("unixtime",),
        "OpenOrders": ("open",),
        "ClosedOrders": ("closed", "count"),
        "TradesHistory": ("trades", "count"),
        "Ledgers": ("ledger", "count"),
        "AddOrder": ("txid",),
        "AddOrderBatch": ("orders",),
        "AmendOrder": ("amend_id",),
        "CancelOrder": ("count",),
    }
)
PUBLIC = frozenset(
    {"Time", "SystemStatus", "Assets", "AssetPairs", "Ticker", "OHLC", "Depth", "Trades"}
)
_last_nonce: dict[int, int] = {}  # by key, for all connections of this process
_nonce_lock = Lock()


class Terms(msgspec.Struct, kw_only=True):
    """What a connection is made with; key and secret are asked for at each call and not kept."""

    clock: Clock
    key: Secret
    secret: Secret
    nonce: Callable[[], int]
    observer: Observer
    base_url: str = ""

    def __repr__(self) -> str:
        return "Terms()"


class Calls:
    """The calls of the last hour by endpoint, and all private ones so far."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: deque[tuple[float, str]] = deque()
        self.private = 0

    def add(self, endpoint: str) -> None:
        """Count one call."""
        self._forget()
        self.private += endpoint not in PUBLIC
        self._made.append((self._clock.monotonic(), endpoint))

    def by_endpoint(self) -> dict[str, int]:
        """Say how many calls of each endpoint the last hour saw."""
        self._forget()
        counts: dict[str, int] = {}
        for _, endpoint in self._made:
            counts[endpoint] = counts.get(endpoint, 0) + 1
        return counts

    def _forget(self) -> None:
        since = self._clock.monotonic() - HOUR
        while self._made and self._made[0][0] <= since:
            self._made.popleft()


class _Wire:
    """What we change in an exchange class of ccxt; its own methods come after these."""

    terms: Terms
    calls: Calls
    id: str
    apiKey: str  # noqa: N815 (the name ccxt gave it)
    secret: str
    last_answer: Any = None
    parsed: dict[str, tuple[Any, Any]]

    def parse_order(self, order: Any, market: Any = None) -> Any:  # noqa: ANN401 (ccxt is untyped)
        """Parse an order once for as long as the venue tells the same of it: most rest unchanged."""
        name, known = order.get("id"), self.parsed.get(order.get("id"))
        if known is not None and known[0] == order:
            return known[1]
        made = super().parse_order(order, market)  # type: ignore[misc]
        if name:
            if len(self.parsed) >= MOST_PARSED:
                self.parsed.clear()
            self.parsed[name] = (order, made)
        return made

    def on_json_response(self, text: str) -> Any:  # noqa: ANN401 (ccxt is untyped)
        return json.loads(text, parse_float=str)

    def amount_to_precision(self, _symbol: str, amount: str) -> str:
        return amount  # ours are multiples of the step already; ccxt would go by a float

    def price_to_precision(self, _symbol: str, price: str) -> str:
        return price

    def nonce(self) -> int:
        return self.terms.nonce()

    def incrementing_nonce(self) -> int:
        return next_nonce(hash(self.apiKey), self.nonce())

    def sign(self, path: str, api: Any, *rest: Any) -> Any:  # noqa: ANN401 (ccxt is untyped)
        if "private" not in api:
            return super().sign(path, api, *rest)  # type: ignore[misc]
        self.apiKey, self.secret = _revealed(self.terms)
        try:
            return super().sign(path, api, *rest)  # type: ignore[misc]
        finally:
            self.apiKey = self.secret = ""

    def set_last_request(self, _request: object) -> None:
        """Keep nothing: the headers hold the key."""

    def request(self, path: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 (ccxt is untyped)
        self.calls.add(path)
        self.last_http_response = None  # cancel_order of ccxt reads an old one otherwise
        clock = self.terms.clock
        began, outcome = clock.monotonic(), "ok"
        try:
            self.last_answer = answer = super().request(path, *rest, **named)  # type: ignore[misc]
            check_answer(self.id, path, answer)
        except Exception as error:
            outcome = meaning_of(error)
            raise
        finally:
            self.terms.observer(path, outcome, clock.monotonic() - began)
        return answer


def connect(exchange_class: Any, terms: Terms, calls: Calls) -> Any:  # noqa: ANN401 (ccxt is untyped)
    """Open a connection of an exchange class of ccxt on our terms."""
    wired = type("Wire", (_Wire, exchange_class), {"terms": terms, "calls": calls, "parsed": {}})
    with localcontext():  # ccxt changes how the thread rounds
        wire: Any = wired({"enableRateLimit": False, "number": str})
    logging.getLogger("ccxt").setLevel(logging.WARNING)  # below it, ccxt logs key and signature
    wire.session.max_redirects = 0  # a redirect would carry a signed order to another host
    if terms.base_url:
        wire.urls["api"] = dict.fromkeys(wire.urls["api"], terms.base_url.rstrip("/"))
    if wire.verbose or wire.number is not str or wire.enableRateLimit:
        raise VenueUnavailable(f"{wire.id}: the connection is not on our terms")
    return wire


def _revealed(terms: Terms) -> tuple[str, str]:
    try:
        return terms.key(), terms.secret()
    except Exception as error:
        raise VenueRefused("the key of the venue cannot be had; nothing was sent") from error


def next_nonce(key: int, now: int) -> int:
    """Return a nonce above all that this process used for a key."""
    with _nonce_lock:
        _last_nonce[key] = nonce = max(now, _last_nonce.get(key, 0) + 1)
    return nonce


def skip_nonces(key: int, count: int) -> None:
    """Move on, since the venue has seen higher ones of an earlier life."""
    with _nonce_lock:
        _last_nonce[key] = _last_nonce.get(key, 0) + count


def check_answer(exchange: str, path: str, answer: object) -> None:
    """Refuse what is no answer: a page, an empty body, a missing part."""
    if exchange == "kraken":
        result = answer.get("result") if isinstance(answer, dict) else None
        owed = OWED.get(path, ())
        if not isinstance(result, dict) or any(one not in result for one in owed):
            raise VenueUnavailable(f"{path}: what came back is no answer")
    elif not isinstance(answer, dict | list):
        raise VenueUnavailable(f"{path}: what came back is no answer")


def is_final(meaning: Meaning) -> bool:
    """Say whether an error proves that a write was not done."""
    return meaning not in {Meaning.AMBIGUOUS, Meaning.DUPLICATE}
